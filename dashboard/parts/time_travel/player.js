// How does the story play by itself? Step after step; across the edge of what has been fetched too.

const LONGEST_STEP = 900;
const SHORTEST_STEP = 60;
const WHOLE_STORY = 18000;
const LONGEST_WAIT = 2500;

class Player {
  constructor($, scrubber) {
    this.$ = $;
    this.scrubber = scrubber;
    $("play").onclick = () => this.toggle();
    $("speed").onchange = () => this.playing && this.play();
    this.face("play", "Play");
  }

  toggle() {
    if (!this.playing) return this.play();
    this.stop();
    this.scrubber.settle();
  }

  play() {
    const { scrubber } = this;
    const { total } = scrubber.walk;
    this.stop();
    if (scrubber.version >= total) scrubber.show(1);
    const pace = Math.min(LONGEST_STEP, Math.max(SHORTEST_STEP, WHOLE_STORY / total));
    const { value } = this.$("speed");
    this.pace = value === "clock" ? null : pace / Number(value);
    this.wait();
    this.face("pause", "Pause");
  }

  wait() {
    this.playing = setTimeout(() => this.step(), this.pace ?? this.asItHappened());
  }

  // In proportion to the clock and never slower than it, with the long waits cut short.
  asItHappened() {
    const { walk, version } = this.scrubber;
    const next = walk.beyond(version, 1, this.$("stride").value);
    if (!walk.holds(version) || !walk.holds(next)) return SHORTEST_STEP;
    const at = (place) => Date.parse(walk.event(place).iso);
    const whole = Math.abs(at(walk.last) - at(walk.first));
    const wait = Math.abs(at(next) - at(version)) * Math.min(1, WHOLE_STORY / (whole || 1));
    return Math.min(LONGEST_WAIT, Math.max(SHORTEST_STEP, wait));
  }

  step() {
    const { scrubber } = this;
    const { walk } = scrubber;
    if (scrubber.version < walk.total) scrubber.show(scrubber.beyond(1));
    if (walk.holds(scrubber.version) && scrubber.version < walk.total) return this.wait();
    const more = scrubber.version < walk.total;
    this.stop();
    this.resumes = more;
    scrubber.settle();
  }

  // The missing part has come: go on if we were under way.
  arrived() {
    if (this.resumes) this.play();
  }

  stop() {
    clearTimeout(this.playing);
    this.playing = 0;
    this.resumes = false;
    this.face("play", "Play");
  }

  face(name, text) {
    const button = this.$("play");
    if (button.getAttribute("aria-label") === text && button.firstChild) return;
    button.replaceChildren(icon(name));
    button.setAttribute("aria-label", text);
  }
}
