// Finds the number whose digest, after the salt, is the challenge; answers with it, or with null.

onmessage = async ({ data: { algorithm, challenge, maxNumber, salt } }) => {
  const encoder = new TextEncoder();
  const wanted = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  for (let number = 0; number <= maxNumber; number++) {
    const digest = new Uint8Array(await crypto.subtle.digest(algorithm, encoder.encode(salt + number)));
    if (wanted.every((byte, place) => byte === digest[place])) {
      postMessage(number);
      return;
    }
  }
  postMessage(null);
};
