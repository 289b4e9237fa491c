/*
 * Rows of the pages; routes.c includes this inside its table.
 */
