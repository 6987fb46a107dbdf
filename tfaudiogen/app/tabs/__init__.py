"""The tabs of the page, one module each; `page.TABS` lists them."""
