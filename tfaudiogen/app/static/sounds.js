// Cards of sounds: a click on the picture plays from there, a line follows the sound, and one sound
// plays at a time. Left edge and width of the axes are those of tfaudiogen/app/pictures.py.
(() => {
  const LEFT = 0.1, WIDTH = 0.88;
  const audioOf = (inside) => inside.closest(".sound")?.querySelector("audio");

  function follow(audio) {
    const line = audio.closest(".sound")?.querySelector(".picture i");
    if (!line || !audio.duration) return;
    line.style.left = 100 * (LEFT + (WIDTH * audio.currentTime) / audio.duration) + "%";
    line.style.opacity = audio.currentTime > 0 && !audio.ended ? 1 : 0;
    if (!audio.paused) requestAnimationFrame(() => follow(audio));
  }

  function playFrom(picture, event) {
    const audio = audioOf(picture), box = picture.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width - LEFT) / WIDTH;
    const known = Number.isFinite(audio.duration) && event.clientX > 0;
    audio.currentTime = known ? Math.min(Math.max(place, 0), 0.99) * audio.duration : 0;
    audio.play();
  }

  document.addEventListener("click", (event) => {
    const picture = event.target.closest?.(".sound .picture");
    if (picture) playFrom(picture, event);
  });
  document.addEventListener("keydown", (event) => {
    const picture = event.target.closest?.(".sound .picture");
    if (!picture || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    const audio = audioOf(picture);
    if (audio.paused) audio.play(); else audio.pause();
  });
  // Events of players do not bubble, but they can be caught on the way down.
  document.addEventListener("play", (event) => {
    document.querySelectorAll("audio").forEach((other) => other !== event.target && other.pause());
    event.target.closest(".sound") && follow(event.target);
  }, true);
  for (const kind of ["seeked", "pause", "ended"])
    document.addEventListener(kind, (e) => e.target.closest?.(".sound") && follow(e.target), true);
})();
