// Which part of the log is looked at, and where in the picture does a position lie?

const NARROWEST = 10; // positions
const SCALES = { clock: "True time", even: "Even steps" };

class View {
  constructor() {
    this.scale = preferred("band", "clock") in SCALES ? preferred("band", "clock") : "clock";
    this.focus = null;
  }

  load(whole, close, head) {
    [this.whole, this.close, this.head] = [whole, close, head];
  }

  get from() {
    return this.focus ? this.focus[0] : 0;
  }

  get to() {
    return this.focus ? this.focus[1] : this.head;
  }

  get width() {
    return this.to - this.from;
  }

  // The finest line that reaches over all that is looked at.
  get line() {
    return this.close?.covers(this.from, this.to) ? this.close : this.whole;
  }

  choose(scale) {
    this.scale = scale;
    prefer("band", scale);
  }

  // From 0 to 1 where the position is in the picture.
  share(position) {
    const { from, to, line } = this;
    if (this.scale === "even" || line.time(to) <= line.time(from)) {
      return (position - from) / Math.max(1, to - from);
    }
    const [began, ends] = [line.time(from), line.time(to)];
    if (position < from || position > to) return position < from ? -1 : 2;
    return (line.time(position) - began) / (ends - began);
  }

  at(share) {
    const { from, to, line } = this;
    const [began, ends] = [line.time(from), line.time(to)];
    if (this.scale === "even" || ends <= began) return Math.round(from + share * (to - from));
    if (share <= 0) return from;
    return Math.min(to, Math.max(from, Math.round(line.place(began + share * (ends - began)))));
  }

  // Closer (a factor below 1) or further away; what lies at `position` stays where it is.
  zoom(factor, position) {
    const width = Math.max(NARROWEST, Math.round(this.width * factor));
    const within = (Math.min(this.to, Math.max(this.from, position)) - this.from) / this.width;
    this.put(Math.round(position - within * width), width);
  }

  put(from, width) {
    const begins = Math.max(0, Math.min(this.head - width, from));
    this.focus = width >= this.head ? null : [begins, begins + width];
  }

  // A position outside of the picture is brought into it; true where that moved the picture.
  include(position) {
    if (position >= this.from && position <= this.to) return false;
    this.put(position - (this.width >> 1), this.width);
    return true;
  }
}
