// What Duplex.from() is made of: the duplexes here come from make() alone.
function duplexify() {
  throw new Error('The bundle does not have Duplex.from()');
}

export { duplexify as 'module.exports' };
