/** What others have said is shown and not obeyed: a terminal takes control characters for orders. */
export const plainText = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd');
