// Codes and states in words.

// VAST 4.2 section 2.3.6.3.
const ERRORS = {
  100: 'The XML could not be parsed',
  101: 'The document is no valid VAST',
  102: 'This version of VAST is not supported',
  200: 'An ad of a type that the player did not expect',
  201: 'Another linearity than the player expected',
  202: 'Another duration than the player expected',
  203: 'Another size than the player expected',
  204: 'The category that this ad needs is missing',
  205: 'The category of this ad is blocked',
  206: 'The break was cut short',
  300: 'A wrapper failed',
  301: 'The document of a wrapper did not come in time',
  302: 'Too many wrappers in a row',
  303: 'No ad behind a wrapper',
  304: 'The ad of a wrapper could not be played in time',
  400: 'The media could not be shown',
  401: 'The media file was not found',
  402: 'The media file did not come in time',
  403: 'No media file that the player supports',
  405: 'The media file could not be displayed',
  406: 'A mezzanine file is needed and missing',
  407: 'The mezzanine file is being downloaded for the first time',
  408: 'The conditional ad was rejected',
  409: 'The interactive unit was not run',
  410: 'The verification unit was not run',
  411: 'The mezzanine file does not meet the specification',
  500: 'The nonlinear ad failed',
  501: 'The nonlinear ad does not fit its place',
  502: 'The nonlinear resource was not fetched',
  503: 'No nonlinear resource that the player supports',
  600: 'The companion ads failed',
  601: 'A companion does not fit its place',
  602: 'A required companion was not shown',
  603: 'The companion resource was not fetched',
  604: 'No companion resource that the player supports',
  900: 'Something that VAST has no code for',
  901: 'VPAID failed',
  902: 'The interactive creative failed',
};

export function errorName(code) {
  return ERRORS[code] ?? 'Something that VAST does not list';
}

const NOFILLS = {
  no_ads: 'There are no ads',
  none_available: 'None was available then',
  weight_zero: 'All that were available have weight 0',
  no_form: 'None had a form that VAST can show',
};

export function nofillName(reason) {
  return NOFILLS[reason] ?? reason;
}

const VERDICTS = {
  valid: 'Valid',
  declared_bot: 'A bot that says so itself',
  marked_by_proxy: 'Marked by a proxy',
  late: 'Told too late',
  test: 'A preview',
};

export function verdictName(verdict) {
  return VERDICTS[verdict] ?? verdict;
}

// Of an ad, as the API has it.
export const STATES = {
  available: 'available',
  paused: 'paused',
  scheduled: 'not begun',
  ended: 'ended',
  archived: 'archived',
  without_weight: 'weight 0',
};

export function stateName(state) {
  return state === null || state === undefined ? 'not available' : (STATES[state] ?? state.replaceAll('_', ' '));
}

export function adName(ad, id) {
  return ad?.title ? ad.title : `Ad ${id}`;
}
