// The class phoneAuthenticationApi, and risk-based sign-in, whose calls are
// those of a sign-in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smsCode } from '../api.mjs';
import { fails, works } from './driver.mjs';
import { answers, caller, nowhere, password, person, phone, second, signedIn,
    sott, third, wrong } from './people.mjs';
import { deleted, exists, posted, postedProfile, postedSms, questions,
    session } from './shapes.mjs';

const it = (method) => `phoneAuthenticationApi.${method}`;

test('SDK: registration and sign-in by number', async () => {
    const number = phone();
    const body = { PhoneId: number, Password: password };
    await fails(it('userRegistrationByPhone'), [{ ...body, PhoneId: '12' },
        await sott()], 1096, 400);
    await works(it('userRegistrationByPhone'), [body, await sott()], posted);
    await fails(it('loginByPhone'), [{ phone: number, password }], 1066, 403);
    await works(it('phoneResendVerificationOTP'), [number], postedSms);
    await fails(it('phoneResendVerificationOTP'), ['12'], 1096, 400);
    const otp = await smsCode(number, 2);
    await fails(it('phoneVerificationByOTP'), [wrong(otp), number], 1067,
        403);
    await works(it('phoneVerificationByOTP'), [otp, number], session);
    await works(it('loginByPhone'), [{ phone: number, password }], session);
    assert.equal((await works(it('checkPhoneNumberAvailability'), [number],
        exists)).IsExist, true);
    await fails(it('checkPhoneNumberAvailability'), ['12'], 1096, 400);
});

test('SDK: a number, changed and removed', async () => {
    const p = await signedIn(), number = phone();
    await works(it('updatePhoneNumber'), [p.token, number], postedSms);
    await fails(it('updatePhoneNumber'), [p.token, '12'], 1096, 400);
    await works(it('phoneResendVerificationOTPByToken'), [p.token, number],
        postedSms);
    await fails(it('phoneResendVerificationOTPByToken'), [nowhere, number],
        905, 403);
    const otp = await smsCode(number, 2);
    await fails(it('phoneVerificationOTPByAccessToken'), [p.token,
        wrong(otp)], 1067, 403);
    await works(it('phoneVerificationOTPByAccessToken'), [p.token, otp],
        posted);
    await works(it('removePhoneIDByAccessToken'), [p.token], deleted);
    await fails(it('removePhoneIDByAccessToken'), [nowhere], 905, 403);
});

test('SDK: a password, reset by text message and by answers', async () => {
    const p = await caller();
    await works('authenticationApi.updateProfileByAccessToken', [p.token,
        { SecurityQuestionAnswer: answers }], postedProfile);
    await works(it('forgotPasswordByPhoneOTP'), [p.number], postedSms);
    await fails(it('forgotPasswordByPhoneOTP'), ['12'], 1096, 400);
    const otp = await smsCode(p.number, 2);
    const body = { phone: p.number, password: second };
    await fails(it('resetPasswordByPhoneOTP'), [{ ...body,
        otp: wrong(otp) }], 1067, 403);
    await works(it('resetPasswordByPhoneOTP'), [{ ...body, otp }], posted);
    await works('authenticationApi.getSecurityQuestionsByPhone', [p.number],
        questions);
    await fails('authenticationApi.getSecurityQuestionsByPhone', ['12'],
        1096, 400);
    const reset = 'authenticationApi.resetPasswordBySecurityAnswerAndPhone';
    await fails(reset, [{ phone: p.number, password: third,
        securityAnswer: { school: 'The other one' } }], 1094, 403);
    await works(reset, [{ phone: p.number, password: third,
        securityAnswer: answers }], posted);
    await works(it('loginByPhone'), [{ phone: p.number, password: third }],
        session);
});

test('SDK: sign-in with what risk-based rules ask for', async () => {
    const p = await person(), { number } = await caller();
    for (const [method, body] of [['rbaLoginByEmail', { email: p.email }],
        ['rbaLoginByUserName', { username: p.username }],
        ['rbaLoginByPhone', { phone: number }]]) {
        const name = `riskBasedAuthenticationApi.${method}`;
        await works(name, [{ ...body, password }], session);
        await fails(name, [{ ...body, password: second }], 966, 401);
    }
});
