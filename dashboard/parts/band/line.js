// Which position lies at which time? Straight lines between the knots the server told.

class Line {
  constructor(text) {
    const { first, last, step, times } = JSON.parse(text);
    let time = 0;
    this.times = times.map((apart) => (time += apart));
    this.places = times.map((_, index) => Math.min(last, first + index * step));
    [this.first, this.last, this.exact] = [first, last, step === 1];
  }

  covers(from, to) {
    return Math.max(1, from) >= this.first && to <= this.last;
  }

  time(position) {
    return between(this.places, this.times, position);
  }

  // The last position recorded by a time, between two knots in proportion.
  place(time) {
    return between(this.times, this.places, time);
  }
}

// The value at `x` on the line through the points (xs, ys); xs never fall.
function between(xs, ys, x) {
  let [low, high] = [0, xs.length - 1];
  if (x >= xs[high]) return ys[high];
  if (x <= xs[0]) return ys[0];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  return ys[low] + ((ys[high] - ys[low]) * (x - xs[low])) / (xs[high] - xs[low]);
}

const number = new Intl.NumberFormat("en-GB");
const UNITS = [["day", 86400000], ["h", 3600000], ["min", 60000], ["s", 1000]];

// How long it is, in the two largest units: `3 days 4 h`; nothing below a second.
function lasting(milliseconds) {
  const at = UNITS.findIndex(([, unit]) => milliseconds >= unit);
  if (at < 0) return "";
  const [[name, unit], next] = [UNITS[at], UNITS[at + 1]];
  const whole = Math.floor(milliseconds / unit);
  const rest = next ? Math.floor((milliseconds % unit) / next[1]) : 0;
  const told = `${number.format(whole)} ${name}${name === "day" && whole > 1 ? "s" : ""}`;
  return rest ? `${told} ${rest} ${next[0]}` : told;
}
