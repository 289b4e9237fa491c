// The class pinAuthenticationApi.
import { test } from 'node:test';
import { smsCode } from '../api.mjs';
import { fails, works } from './driver.mjs';
import { answers, as, caller, mailCode, mailToken, nowhere, password, person,
    site, wrong } from './people.mjs';
import { pinSession, posted, postedProfile, postedSms, session }
    from './shapes.mjs';

const it = (method) => `pinAuthenticationApi.${method}`;
const PIN = '482915', OTHER = '730264';
const pins = { 'pin.enabled': 'yes', 'pin.required': 'yes',
    'pin.ask_on_login': 'yes', 'pin.login': 'yes' };

// Somebody whom a sign-in has asked for a PIN.
async function holder() {
    const p = await person();
    const { Data } = await fails('authenticationApi.loginByEmail',
        [{ email: p.email, password }], 1243, 403);
    const session = await works(it('setPINByPinAuthToken'), [{ PIN },
        Data.PINAuthToken], pinSession);
    const token = session.access_token;
    await works('authenticationApi.updateProfileByAccessToken', [token,
        { SecurityQuestionAnswer: answers }], postedProfile);
    return { ...p, token, session };
}

test('SDK: a PIN, set, changed, and its session ended', () =>
    site(pins, async () => {
        const p = await holder();
        await fails(it('setPINByPinAuthToken'), [{ PIN }, nowhere], 1239);
        await works(it('changePINByAccessToken'), [p.token,
            { oldPIN: PIN, newPIN: OTHER }], posted);
        await fails(it('changePINByAccessToken'), [p.token,
            { oldPIN: PIN, newPIN: OTHER }], 1241);
        const { session_token: token } = p.session;
        await works(it('pinLogin'), [{ PIN: OTHER }, token], session);
        await fails(it('pinLogin'), [{ PIN }, token], 1236, 401);
        await works(it('inValidatePinSessionToken'), [token], posted);
        await as({ apiKey: nowhere }, () =>
            fails(it('inValidatePinSessionToken'), [token], 901));
    }));

test('SDK: a PIN, reset by a link', () => site(pins, async () => {
    const p = await holder();
    for (const [method, body] of [
        ['sendForgotPINEmailByEmail', { email: p.email }],
        ['sendForgotPINEmailByUsername', { username: p.username }]]) {
        await works(it(method), [body], posted);
        const reset = [{ ResetToken: await mailToken(p.email), PIN: OTHER }];
        await works(it('resetPINByResetToken'), reset, posted);
        await fails(it('resetPINByResetToken'), reset, 1242);
        await fails(it(method), [body, '', 'https://evil.example/'], 1248);
    }
}));

test('SDK: a PIN, reset by a code', () => site({ ...pins,
    'pin.reset_by': 'code' }, async () => {
    const p = await holder();
    for (const [ask, method, body] of [
        ['sendForgotPINEmailByEmail', 'resetPINByEmailAndOtp',
            { email: p.email }],
        ['sendForgotPINEmailByUsername', 'resetPINByUsernameAndOtp',
            { username: p.username }]]) {
        await works(it(ask), [body], posted);
        const otp = await mailCode(p.email);
        await fails(it(method), [{ ...body, PIN: OTHER, Otp: wrong(otp) }],
            1185, 403);
        await works(it(method), [{ ...body, PIN: OTHER, Otp: otp }], posted);
    }
}));

test('SDK: a PIN, reset by answers', () => site(pins, async () => {
    const p = await holder();
    for (const [method, body] of [['resetPINByEmailAndSecurityAnswer',
        { email: p.email }], ['resetPINByUsernameAndSecurityAnswer',
        { username: p.username }]]) {
        await fails(it(method), [{ ...body, PIN: OTHER, securityAnswer:
            { school: 'The other one' } }], 1094, 403);
        await works(it(method), [{ ...body, PIN: OTHER,
            securityAnswer: answers }], posted);
    }
}));

test('SDK: a PIN, reset by number', () => site({ 'pin.enabled': 'yes' },
    async () => {
        const p = await caller();
        await works('authenticationApi.updateProfileByAccessToken',
            [p.token, { SecurityQuestionAnswer: answers,
                PINInfo: { PIN } }], postedProfile);
        await works(it('sendForgotPINSMSByPhone'), [{ phone: p.number }],
            postedSms);
        await fails(it('sendForgotPINSMSByPhone'), [{ phone: '12' }], 1096,
            400);
        const otp = await smsCode(p.number, 2);
        const body = { phone: p.number, PIN: OTHER };
        await fails(it('resetPINByPhoneAndOtp'), [{ ...body,
            Otp: wrong(otp) }], 1067, 403);
        await works(it('resetPINByPhoneAndOtp'), [{ ...body, Otp: otp }],
            posted);
        const by = it('resetPINByPhoneAndSecurityAnswer');
        await fails(by, [{ ...body, securityAnswer:
            { school: 'The other one' } }], 1094, 403);
        await works(by, [{ ...body, securityAnswer: answers }], posted);
    }));
