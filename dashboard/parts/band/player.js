// How does the log play by itself? Over what is looked at, and the screens follow as they can.

const WHOLE = 30000; // milliseconds for all that is looked at
const FRAME = 50;
const SLOWEST = 900; // milliseconds a step is waited for
const LONGEST_WAIT = 2500;
const TELLS_EVERY = 1000;

class Player {
  constructor($, band) {
    this.$ = $;
    this.band = band;
    $("play").onclick = () => this.toggle();
    this.face("play", "Play");
  }

  toggle() {
    if (!this.playing) return this.play();
    this.stop();
    this.band.settle(0);
  }

  play() {
    const { band } = this;
    const { view } = band;
    if (band.position >= band.head) band.show(view.from);
    this.told = 0;
    this.clock = view.line.time(band.position);
    this.waited = 0;
    const even = view.scale === "even";
    this.pace = even ? Math.min(SLOWEST, Math.max(FRAME, WHOLE / view.width)) : FRAME;
    this.playing = setInterval(() => this.step(), this.pace);
    this.face("pause", "Pause");
  }

  step() {
    const { band } = this;
    const next = Math.min(band.head, band.view.scale === "even" ? this.onward() : this.byClock());
    if (next !== band.position) band.show(next);
    if (next >= band.head) return this.toggle();
    // One report a second at most, and none before the last one was answered.
    if (band.rests.awaited || Date.now() - this.told < TELLS_EVERY || next === this.rested) return;
    this.told = Date.now();
    this.rested = next;
    band.rest();
  }

  onward() {
    const { view, position } = this.band;
    return position + Math.max(1, Math.round((view.width * this.pace) / WHOLE));
  }

  // As it happened: the clock runs evenly, and long waits are cut short.
  byClock() {
    const { view, position } = this.band;
    const { line } = view;
    this.clock += ((line.time(view.to) - line.time(view.from)) * FRAME) / WHOLE;
    const reached = Math.max(position, Math.floor(line.place(this.clock)));
    this.waited = reached > position ? 0 : this.waited + FRAME;
    if (this.waited < LONGEST_WAIT) return reached;
    this.waited = 0;
    this.clock = line.time(position + 1);
    return position + 1;
  }

  stop() {
    clearInterval(this.playing);
    this.playing = 0;
    this.face("play", "Play");
  }

  face(name, text) {
    this.$("play").replaceChildren(icon(name));
    this.$("play").setAttribute("aria-label", text);
  }
}
