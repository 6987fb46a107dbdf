"""The tabs of the page, one file each; `page.TABS` lists them."""
