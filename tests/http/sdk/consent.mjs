// The class consentManagementApi.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configure, events, form, forms, option } from '../consent/site.mjs';
import { fails, works } from './driver.mjs';
import { nowhere, password, person, signedIn } from './people.mjs';
import { consents, Integer, profile, session } from './shapes.mjs';

const it = (method) => `consentManagementApi.${method}`;
const given = (ConsentOptionId, IsAccepted = true) => ({ ConsentOptionId,
    IsAccepted });
const log = { Id: String, UpdateType: String, CurrentConsentFormsVersions:
    [{ Event: String, Version: Integer, IsCustom: Boolean }],
LoggedOnDate: /^\d{4}-/, UserAgent: String, IP: String, Host: String,
ConsentLogs: [{ ConsentId: String, Event: String }] };

test('SDK: consents', async () => {
    configure({ 'consent.file': 'consent.json' });
    forms();
    const p = await signedIn(), q = await person();
    forms(form('Login', 1, [option('terms', true), option('news')]));
    const submit = { Events: events('Login'), Data: [given('terms'),
        given('news', false)] };
    await works(it('submitConsentByAccessToken'), [p.token, submit],
        profile);
    await fails(it('submitConsentByAccessToken'), [nowhere, submit], 905,
        403);
    const at = await works(it('verifyConsentByAccessToken'), [p.token,
        'Login', false], { ConsentProfile: consents, IsValid: Boolean });
    assert.ok(at.IsValid);
    await fails(it('verifyConsentByAccessToken'), [nowhere, 'Login', false],
        905, 403);
    await works(it('updateConsentProfileByAccessToken'), [p.token,
        { Consents: [given('news')] }], { ...consents });
    await fails(it('updateConsentProfileByAccessToken'), [p.token,
        { Consents: [given('nothing')] }], 1225);
    await works(it('getConsentLogs'), [p.token], { Uid: p.Uid,
        ConsentLogs: [log] });
    await fails(it('getConsentLogs'), [nowhere], 905, 403);
    const { Data } = await fails('authenticationApi.loginByEmail',
        [{ email: q.email, password }], 1226, 403);
    await works(it('submitConsentByConsentToken'), [Data.ConsentToken,
        submit], session);
    await fails(it('submitConsentByConsentToken'), [Data.ConsentToken,
        submit], 1229);
    configure({ 'consent.file': '' });
});
