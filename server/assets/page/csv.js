// A table as a CSV file, made of what it shows: for those of which no answer of the server has the same.
import { h } from './dom.js';

// What a cell has no room for is its title. As the server writes it: what spreadsheets would take for a formula has
// an apostrophe before it.
function written(cell) {
  const text = (cell.title || cell.textContent).trim().replace(/^[=+\-@]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvOf(table) {
  return [...table.rows].map((row) => `${[...row.cells].map(written).join(',')}\r\n`).join('');
}

// Made when it is asked for: until then the table may change.
export function csvLink(table, name) {
  const link = h('a', { class: 'csv', href: '#', download: name }, 'CSV');
  link.addEventListener('click', () => {
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([csvOf(table)], { type: 'text/csv' }));
  });
  return link;
}
