/**
 * The media types of an `Accept` header, highest priority first. Yoga reads them in the given order and ignores q-values, but GraphQL over
 * HTTP says that the highest priority wins.
 */
export function sortAccept(header: string): string {
  return header
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      const q = parameters.find((parameter) => /^q=/i.test(parameter));
      const kept = parameters.filter((parameter) => parameter !== q);
      return { text: [type, ...kept].join(';'), priority: q === undefined ? 1 : Number(q.slice(2)) };
    })
    .filter(({ text, priority }) => text !== '' && priority > 0)
    .sort((a, b) => b.priority - a.priority)
    .map(({ text }) => text)
    .join(', ');
}
