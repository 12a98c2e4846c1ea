// The columns of an ad as a form has them, in the API's units.

export const GROUPS = [
  {
    title: 'What it is',
    fields: [
      { name: 'title', label: 'Title', hint: 'VAST’s AdTitle' },
      { name: 'advertiser', label: 'Advertiser' },
      { name: 'category', label: 'Category', hint: 'Such as IAB1-1' },
      { name: 'target_url', label: 'Target', kind: 'url', hint: 'Where a click leads: http or https' },
    ],
  },
  {
    title: 'Delivery',
    fields: [
      { name: 'active', label: 'Active', kind: 'flag', hint: 'Off, it is paused', otherwise: true },
      { name: 'weight', label: 'Weight', kind: 'number', hint: 'How often, beside the others; 0 never', otherwise: 1 },
      { name: 'starts_at', label: 'Begins', kind: 'time', hint: 'Empty: at once' },
      { name: 'ends_at', label: 'Ends', kind: 'time', hint: 'Empty: never' },
    ],
  },
  {
    title: 'Video',
    fields: [
      { name: 'video_url', label: 'Media file', kind: 'url', hint: 'https, so that every page may play it' },
      { name: 'video_type', label: 'Its type', hint: 'Such as video/mp4' },
      { name: 'duration_ms', label: 'Duration', kind: 'number', unit: 'ms', hint: 'Players find the quartiles by it' },
      { name: 'video_width', label: 'Width', kind: 'number', unit: 'px' },
      { name: 'video_height', label: 'Height', kind: 'number', unit: 'px' },
      { name: 'skip_after_ms', label: 'May be skipped after', kind: 'number', unit: 'ms', hint: 'Empty: never' },
      {
        name: 'progress_offsets_ms',
        label: 'Progress told at',
        kind: 'json',
        hint: 'Milliseconds, at most 20: [5000, 10000]',
      },
      {
        name: 'media_files',
        label: 'More media files',
        kind: 'json',
        rows: 5,
        hint: '[{"url": "https://…", "type": "video/mp4", "width": 1280, "height": 720, "bitrate_kbps": 2500}]',
      },
    ],
  },
  {
    title: 'Image',
    fields: [
      { name: 'image_url', label: 'Image', kind: 'url', hint: 'Of an ad without media; and small in lists' },
      { name: 'image_width', label: 'Width', kind: 'number', unit: 'px' },
      { name: 'image_height', label: 'Height', kind: 'number', unit: 'px' },
    ],
  },
  {
    title: 'Third parties',
    fields: [
      { name: 'wrapper_url', label: 'Wrapper', kind: 'url', hint: 'Somebody else’s VAST, around which this ad is' },
      {
        name: 'trackers',
        label: 'Trackers',
        kind: 'json',
        rows: 5,
        hint: '{"impression": "https://…", "start": ["https://…"]}',
      },
      { name: 'ad_verifications', label: 'Verifications', kind: 'xml', rows: 5, hint: 'One AdVerifications element' },
    ],
  },
];

const FIELDS = GROUPS.flatMap((group) => group.fields);

export function labelOf(name) {
  return FIELDS.find((field) => field.name === name)?.label ?? name;
}

// A value as a table tells it.
export function valueText(value) {
  if (value === null || value === undefined || value === '') {
    return 'nothing';
  }
  if (typeof value === 'boolean') {
    return value ? 'yes' : 'no';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function isSame(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
