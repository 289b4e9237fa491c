// Privacy policy and consents, one test after the other: they change the
// site's settings.
import { after } from 'node:test';
import './policy.mjs';
import './forms.mjs';
import './pages.mjs';
import './gate.mjs';
import { calm } from './site.mjs';

after(calm);
