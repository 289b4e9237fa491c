// What answers look like by the API's published description: each member with
// its type, and no member beyond.  (Not read from our own route table.)
import assert from 'node:assert/strict';

export const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const Integer = (v) => Number.isInteger(v);
export const maybe = (shape) => ({ maybe: shape });   // or null
export const optional = (shape) => ({ optional: shape });     // or absent

// A shape: String, Number, Boolean; a pattern; a test; [shape] of each
// element; {member: shape}; maybe, optional; anything else is the value.
export function has(shape, value, where) {
    if (shape?.maybe !== undefined)
        return value === null || has(shape.maybe, value, where);
    if ([String, Number, Boolean].includes(shape))
        assert.equal(typeof value, shape.name.toLowerCase(), where);
    else if (shape instanceof RegExp)
        assert.match(value, shape, where);
    else if (typeof shape === 'function')
        assert.ok(shape(value), `${where} is ${JSON.stringify(value)}`);
    else if (Array.isArray(shape)) {
        assert.ok(Array.isArray(value), where);
        value.forEach((v, i) => has(shape[0], v, `${where}[${i}]`));
    } else if (shape !== null && typeof shape === 'object')
        members(shape, value, where);
    else
        assert.equal(value, shape, where);
    return true;
}

function members(shape, value, where) {
    assert.ok(value && typeof value === 'object' && !Array.isArray(value),
        `${where} is no object`);
    for (const [name, inner] of Object.entries(shape))
        if (name in value)
            has(inner?.optional ?? inner, value[name], `${where}.${name}`);
        else
            assert.ok(inner?.optional !== undefined, `${where} lacks ${name}`);
    for (const name of Object.keys(value))
        assert.ok(name in shape, `${where} has ${name}`);
}

// ---- the profile ----

const words = (text) => text.trim().split(/\s+/);
const all = (text, shape) => Object.fromEntries(words(text)
    .map((name) => [name, shape]));
const text = maybe(String);
const texts = (names) => all(names, text);
const list = (names, more = {}) => maybe([{ ...texts(names), ...more }]);
const pair = list('Id Name');
const seen = list('Id Name Category CreatedDate');
const table = maybe((v) => Object.values(v).every((s) =>
    typeof s === 'string'));
const typed = maybe([{ Type: String, Value: String }]);

const person = {
    ...texts(`Prefix FirstName MiddleName LastName Suffix NickName ProfileName
        FullName BirthDate Age Gender Website ThumbnailImageUrl ImageUrl
        HttpsImageUrl Favicon ProfileUrl CoverPhoto GravatarImageUrl About
        TagLine Industry Company ProfessionalHeadline Honors Associations
        HomeTown State City MainAddress ProfileCity ProfileCountry LocalCity
        LocalCountry TimeZone LocalLanguage Currency Language Verified
        UpdatedTime Created RelationshipStatus Religion Political Quota Quote
        LRUserID IsGeoEnabled PublicRepository RepositoryUrl StarredUrl
        GistsUrl`),
    ...all('IsProtected Hireable', Boolean),
    ...all(`FollowersCount FriendsCount TotalStatusesCount NumRecommenders
        TotalPrivateRepository PublicGists PrivateGists PinsCount BoardsCount
        LikesCount`, Integer),
    Country: maybe(texts('Code Name')),
    AgeRange: maybe(all('Min Max', maybe(Integer))),
    KloutScore: maybe({ KloutId: text, Score: maybe(Number) }),
    Subscription: maybe(texts('Name Space PrivateRepos Collaborators')),
    Suggestions: maybe(all(`CompaniestoFollow IndustriestoFollow
        NewssourcetoFollow PeopletoFollow`, pair)),
    ...all('ProfileImageUrls WebProfiles', table),
    InterestedIn: maybe([String]),
    Addresses: list(`Type Address1 Address2 City State PostalCode Region
        Country`),
    PhoneNumbers: list('PhoneType PhoneNumber'),
    IMAccounts: list('AccountType AccountName'),
    Positions: list('Position Summary StartDate EndDate IsCurrent Location',
        { Company: maybe(texts('Name Type Industry')) }),
    Educations: list(`School year type notes activities degree fieldofstudy
        StartDate EndDate`),
    Interests: list('InterestedType InterestedName'),
    ...all('Sports InspirationalPeople Skills', pair),
    Awards: list('Id Name Issuer'),
    CurrentStatus: list('Id Text Source CreatedDate'),
    Certifications: list('Id Name Authority Number StartDate EndDate'),
    Courses: list('Id Name Number'),
    Volunteer: list('Id Role Organization Cause'),
    RecommendationsReceived: list(`Id RecommendationType RecommendationText
        Recommender`),
    Languages: list('Id Name Proficiency'),
    Projects: list('Id Name Summary StartDate EndDate IsCurrent',
        { With: pair }),
    ...all('Games TeleVisionShow Movies Books', seen),
    Family: list('Id Name Relationship'),
    MutualFriends: list(`Id Name FirstName LastName Birthday Hometown Link
        Gender`),
    Patents: list('Id Title Date'),
    FavoriteThings: list('Id Name Type'),
    RelatedProfileViews: list('Id FirstName LastName'),
    PlacesLived: list('Name', { IsPrimary: Boolean }),
    Publications: list('Id Title Publisher Date Url Summary',
        { Authors: pair }),
    JobBookmarks: list('ApplyTimestamp SavedTimestamp', {
        ...all('IsApplied IsSaved', Boolean),
        Job: maybe({ Active: Boolean, ...texts(`Id DescriptionSnippet
            PostingTimestamp`), Company: maybe(texts('Id Name')),
        Position: maybe(texts('Title')) }) }),
    Badges: list('BadgeId Name BadgeMessage Description ImageUrl'),
    MemberUrlResources: list('Url UrlName')
};

const id = /^[0-9a-f]{32}$/, date = maybe(time);
const versions = maybe([{ Event: String, Version: Integer,
    IsCustom: Boolean }]);
export const consents = { AcceptedConsentVersions: versions,
    Consents: maybe([{ ConsentOptionId: String, AcceptOnDate: time }]) };
export const policy = { Version: String, AcceptSource: String,
    AcceptDateTime: time };

export const profile = { ...person, Uid: id, ID: id, Provider: 'Email',
    Identities: null, PreviousUids: maybe([String]), UserName: text,
    Email: typed, UnverifiedEmail: typed, PhoneId: maybe(/^\+\d{7,15}$/),
    Password: maybe('**********'), IsSecurePassword: maybe(Boolean),
    ...all(`EmailVerified PhoneIdVerified IsPasswordBreached IsActive
        IsDeleted IsLoginLocked IsCustomUid IsRequiredFieldsFilledOnce
        IsEmailSubscribed FirstLogin`, Boolean),
    ...all(`LastPasswordChangeDate PasswordExpirationDate LastLoginDate
        SignupDate ProfileModifiedDate`, date),
    ...all('CreatedDate ModifiedDate', time),
    ...texts(`LastLoginLocation RegistrationProvider RegistrationSource
        ExternalUserLoginId`),
    LastPasswordChangeToken: null, NoOfLogins: Integer,
    PIN: maybe({ PIN: maybe('**********'), Skipped: Boolean,
        SkippedDate: date, LastPINChangeDate: date,
        LastPINChangeToken: null }),
    LoginLockedType: /^(None|Captcha|SecurityQuestion|Suspend|Block)$/,
    ExternalIds: list('SourceId Source'), Roles: maybe([String]),
    Organizations: list('Id'), SessionLimit: optional(maybe(Integer)),
    CustomFields: table, PrivacyPolicy: maybe(policy),
    ConsentProfile: maybe(consents), RegistrationData: maybe({ Data: [{
        DataSource: String, Value: { Id: String } }] }),
    ProviderAccessCredential: null };

// ---- answers ----

export const posted = { IsPosted: true };
export const deleted = { IsDeleted: true };
export const exists = { IsExist: Boolean };
export const sms = { AccountSid: /^AC[0-9a-f]{32}$/,
    Sid: /^SM[0-9a-f]{32}$/ };
export const postedSms = { IsPosted: true, Data: sms };
export const tokens = { access_token: guid, refresh_token: maybe(guid),
    expires_in: time };
export const session = { Profile: profile, ...tokens, access_token: guid,
    refresh_token: guid };
export const pinSession = { ...session, session_token: guid,
    session_expires_in: time };
export const postedProfile = { IsPosted: true, Data: profile };
export const postedSession = { IsPosted: true, Data: session };
export const verified = { IsPosted: true, IsVerified: true };
export const questions = [{ QuestionId: String, Question: String }];
export const record = (data) => ({ Id: /^[0-9a-f]{24}$/, IsActive: true,
    DateCreated: time, DateModified: time, IsDeleted: false, Uid: id,
    CustomObject: data });
