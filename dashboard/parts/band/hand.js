// How is the playhead taken hold of, and the picture moved? By pointer, wheel and two buttons.

const NOTCH = 1.25; // how much closer one turn of the wheel goes

class Hand {
  constructor($, band) {
    this.$ = $;
    this.band = band;
    const track = $("track");
    track.onpointerdown = (event) => this.take(event);
    track.onpointermove = (event) => track.hasPointerCapture(event.pointerId) && this.move(event);
    track.onpointerup = (event) => this.release(event);
    track.onpointercancel = () => (this.chosen = undefined);
    track.addEventListener("wheel", (event) => this.turn(event), { passive: false });
    const map = $("map");
    map.onpointerdown = (event) => {
      map.setPointerCapture(event.pointerId);
      this.pan(event);
    };
    map.onpointermove = (event) => map.hasPointerCapture(event.pointerId) && this.pan(event);
    $("range").oninput = () => band.drag(Number($("range").value));
    $("closer").onclick = () => band.zoom(0.5);
    $("wider").onclick = () => band.zoom(2);
    $("whole").onclick = () => band.whole();
  }

  share(event, element = this.$("track")) {
    const box = element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  }

  // With Shift a stretch is chosen, to be looked at closely; without, the playhead comes here.
  take(event) {
    event.preventDefault();
    this.$("track").setPointerCapture(event.pointerId);
    this.$("range").focus({ preventScroll: true });
    if (event.shiftKey) this.chosen = [this.share(event), this.share(event)];
    else this.band.drag(this.band.view.at(this.share(event)));
    this.draw();
  }

  move(event) {
    if (this.chosen) this.chosen[1] = this.share(event);
    else this.band.drag(this.band.view.at(this.share(event)));
    this.draw();
  }

  release() {
    const { band, chosen } = this;
    this.chosen = undefined;
    if (!chosen) return band.settle(0);
    const [from, to] = chosen.sort((a, b) => a - b).map((share) => band.view.at(share));
    band.view.put(from, Math.max(NARROWEST, to - from));
    band.look();
    band.draw();
  }

  // The wheel scrolls the page unless the band has the focus, or two fingers pinch.
  turn(event) {
    const focused = event.ctrlKey || this.$("track").contains(this.$("range").getRootNode().activeElement);
    if (!focused || !event.deltaY) return;
    event.preventDefault();
    const { view } = this.band;
    this.band.zoom(event.deltaY < 0 ? 1 / NOTCH : NOTCH, view.at(this.share(event)));
  }

  pan(event) {
    const { view } = this.band;
    view.put(Math.round(this.share(event, this.$("map")) * view.head - view.width / 2), view.width);
    this.band.look();
    this.band.draw();
  }

  draw() {
    const { view, position } = this.band;
    const share = view.share(position);
    const hand = this.$("hand");
    hand.hidden = share < 0 || share > 1;
    hand.style.left = `${100 * share}%`;
    this.$("hint").style.transform = `translateX(${-100 * share}%)`; // never past either edge
    this.$("hint").textContent = this.band.headline.about(position);
    const [from, to] = (this.chosen ?? [0, 0]).toSorted((a, b) => a - b);
    this.$("chosen").style.left = `${100 * from}%`;
    this.$("chosen").style.width = `${100 * (to - from)}%`;
  }
}
