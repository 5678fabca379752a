// How does the story play by itself? Step after step; across the edge of what has been fetched too.

const LONGEST_STEP = 900;
const SHORTEST_STEP = 60;
const WHOLE_STORY = 18000;

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
    this.playing = setInterval(() => this.step(), pace / Number(this.$("speed").value));
    this.face("pause", "Pause");
  }

  step() {
    const { scrubber } = this;
    const { walk } = scrubber;
    if (scrubber.version < walk.total) scrubber.show(scrubber.version + 1);
    if (walk.holds(scrubber.version) && scrubber.version < walk.total) return;
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
    clearInterval(this.playing);
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
