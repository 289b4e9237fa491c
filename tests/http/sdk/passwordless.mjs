// The classes passwordLessLoginApi, smartLoginApi and oneTouchLoginApi.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { smsCode } from '../api.mjs';
import { fails, served, works } from './driver.mjs';
import { address, as, caller, mailCode, mailToken, nowhere, person, phone,
    site, solved, wrong } from './people.mjs';
import { optional, posted, postedSms, session, verified } from './shapes.mjs';

const AUTH = '/identity/v2/auth';
const less = (method) => `passwordLessLoginApi.${method}`;
const smart = (method) => `smartLoginApi.${method}`;
const touch = (method) => `oneTouchLoginApi.${method}`;
const guidOf = () => randomBytes(16).toString('hex');
// The number of Data is ours: the waiting device shows it.
const told = { ...posted, Data: optional({ Number: String }) };
const evil = 'https://evil.example/';

if (await served('GET', `${AUTH}/login/passwordlesslogin/email`)) {
    test('SDK: a link by mail signs in', () => site({
        'passwordless.email': 'link' }, async () => {
        const p = await person();
        for (const [method, arg] of [['passwordlessLoginByEmail', p.email],
            ['passwordlessLoginByUserName', p.username]]) {
            await works(less(method), [arg], posted);
            await fails(less(method), [arg, '', evil], 1249);
            const token = await mailToken(p.email);
            await works(less('passwordlessLoginVerification'), [token],
                session);
            await fails(less('passwordlessLoginVerification'), [token],
                1062, 403);
        }
    }));

    test('SDK: a code by mail signs in', () => site({
        'passwordless.email': 'code' }, async () => {
        const p = await person();
        for (const [ask, method, member] of [
            ['passwordlessLoginByEmail',
                'passwordlessLoginVerificationByEmailAndOTP', 'email'],
            ['passwordlessLoginByUserName',
                'passwordlessLoginVerificationByUserNameAndOTP',
                'username']]) {
            await works(less(ask), [p[member]], posted);
            const otp = await mailCode(p.email);
            const body = { [member]: p[member] };
            await fails(less(method), [{ ...body, otp: wrong(otp) }], 1185,
                403);
            await works(less(method), [{ ...body, otp }], session);
        }
    }));
}

if (await served('GET', `${AUTH}/login/passwordlesslogin/otp`))
    test('SDK: a code by text message signs in', () => site({
        'passwordless.phone': 'yes' }, async () => {
        const { number } = await caller();
        await works(less('passwordlessLoginByPhone'), [number], postedSms);
        await fails(less('passwordlessLoginByPhone'), ['12'], 1096, 400);
        const otp = await smsCode(number, 2);
        const verify = less('passwordlessLoginPhoneVerification');
        await fails(verify, [{ phone: number, otp: wrong(otp) }], 1067, 403);
        await works(verify, [{ phone: number, otp }], session);
    }));

if (await served('GET', `${AUTH}/login/smartlogin`))
    // The SDK cannot hand on the number that the waiting device shows.
    test('SDK: smart login', () => site({ 'smart_login.enabled': 'yes',
        'smart_login.number': 'no' }, async () => {
        const p = await person();
        // One ping serves both families.
        for (const [method, arg, ping] of [
            ['smartLoginByEmail', p.email, smart('smartLoginPing')],
            ['smartLoginByUserName', p.username,
                touch('oneTouchLoginPing')]]) {
            const guid = guidOf();
            await works(smart(method), [guid, arg], told);
            await fails(smart(method), [guid, arg], 1136);
            await works(smart('smartLoginTokenVerification'),
                [await mailToken(p.email)], verified);
            await works(ping, [guid], session);
            await fails(ping, [guidOf()], 1140);
        }
        await fails(smart('smartLoginTokenVerification'), ['x'.repeat(43)],
            1063);
    }));

if (await served('POST', `${AUTH}/onetouchlogin/email`))
    test('SDK: one-touch login by mail', () => site({
        'one_touch.email': 'link', 'one_touch.number': 'no' }, async () => {
        const clientguid = guidOf(), email = address();
        const body = { clientguid, email, name: 'Ada' };
        await works(touch('oneTouchLoginByEmail'), [{ ...body,
            altcha: await solved('one_touch') }], told);
        await fails(touch('oneTouchLoginByEmail'), [body], 982, 403);
        await works(touch('oneTouchEmailVerification'),
            [await mailToken(email)], verified);
        await fails(touch('oneTouchEmailVerification'), ['x'.repeat(43)],
            1063);
        const { Profile } = await works(touch('oneTouchLoginPing'),
            [clientguid], session);
        assert.equal(Profile.Email[0].Value, email);
        await fails(touch('oneTouchLoginPing'), [guidOf()], 1140);
    }));

if (await served('POST', `${AUTH}/onetouchlogin/phone`))
    test('SDK: one-touch login by text message', () => site({
        'one_touch.phone': 'yes' }, async () => {
        const number = phone();
        await works(touch('oneTouchLoginByPhone'), [{ phone: number,
            altcha: await solved('one_touch') }], postedSms);
        await as({ apiKey: nowhere }, async () =>
            fails(touch('oneTouchLoginByPhone'), [{ phone: number }], 901));
        const otp = await smsCode(number);
        const verify = touch('oneTouchLoginOTPVerification');
        await fails(verify, [wrong(otp), number], 1067, 403);
        await works(verify, [otp, number], session);
    }));
