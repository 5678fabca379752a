// What does a person prefer? Kept in this browser where it lets us.

function preferred(name, otherwise) {
  try {
    return localStorage.getItem(`eventscope.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function prefer(name, value) {
  try {
    localStorage.setItem(`eventscope.${name}`, value);
  } catch {
    // then only for as long as the page is open
  }
}
