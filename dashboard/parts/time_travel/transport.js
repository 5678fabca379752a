// What do the slider and the buttons beside it do? They ask the scrubber to go somewhere.

class Transport {
  constructor($, scrubber) {
    const slider = $("slider");
    slider.oninput = () => scrubber.slide();
    slider.onpointerdown = () => (scrubber.held = true);
    slider.onpointerup = slider.onpointercancel = () => scrubber.release();
    const last = () => scrubber.go(scrubber.walk.total);
    const targets = {
      first: () => scrubber.go(1),
      previous: () => scrubber.step(-1),
      next: () => scrubber.step(1),
      last,
      latest: last,
    };
    for (const [id, target] of Object.entries(targets)) $(id).onclick = target;
    for (const id of ["first", "previous", "next", "last"]) $(id).replaceChildren(icon(id));
  }
}
