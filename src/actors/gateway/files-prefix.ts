/** Where files lie among the paths of a gateway; their names follow. */
export const filesPrefix = '/files/';
