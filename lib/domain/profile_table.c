/*
 * Every member of the normalized profile: its name, JSON type and who writes
 * it.  Output, update, registration and OpenAPI all read these rows.
 */
#include "profile_internal.h"

#define U	BY_USER
#define UN	(BY_USER | NULLABLE)
#define END	{ .name = NULL }
#define TEXT(n)		{ n, SHAPE_TEXT, 0, NULL, NULL }
#define LINES(n)	{ n, SHAPE_LINES, 0, NULL, NULL }
#define URL(n)		{ n, SHAPE_URL, 0, NULL, NULL }
#define BOOL(n)		{ n, SHAPE_BOOL, 0, NULL, NULL }
#define INT(n)		{ n, SHAPE_INT, UNSET_NULL, NULL, NULL }

/* Inner members.  They have no writer of their own: their holder's counts. */

static const struct member type_value[] = { TEXT("Type"), TEXT("Value"), END };
static const struct member id_name[] = { TEXT("Id"), TEXT("Name"), END };
static const struct member id_only[] = { TEXT("Id"), END };

static const struct member external_id[] = {
	TEXT("SourceId"), TEXT("Source"), END
};
static const struct member pin[] = {
	TEXT("PIN"), BOOL("Skipped"),
	{ "SkippedDate", SHAPE_DATE, 0, NULL, NULL },
	{ "LastPINChangeDate", SHAPE_DATE, 0, NULL, NULL },
	TEXT("LastPINChangeToken"), END
};
static const struct member privacy_policy[] = {
	TEXT("Version"), TEXT("AcceptSource"),
	{ "AcceptDateTime", SHAPE_DATE, 0, NULL, NULL }, END
};
static const struct member consent_version[] = {
	TEXT("Event"), INT("Version"), BOOL("IsCustom"), END
};
static const struct member consent[] = {
	TEXT("ConsentOptionId"),
	{ "AcceptOnDate", SHAPE_DATE, 0, NULL, NULL }, END
};
static const struct member consent_profile[] = {
	{ "AcceptedConsentVersions", SHAPE_ITEMS, 0, consent_version, NULL },
	{ "Consents", SHAPE_ITEMS, 0, consent, NULL }, END
};
static const struct member registration_datum[] = {
	TEXT("DataSource"), { "Value", SHAPE_OBJECT, 0, id_only, NULL }, END
};
static const struct member registration_data[] = {
	{ "Data", SHAPE_ITEMS, 0, registration_datum, NULL }, END
};
static const struct member access_credential[] = {
	TEXT("AccessToken"), TEXT("TokenSecret"), END
};

static const struct member country[] = { TEXT("Code"), TEXT("Name"), END };
static const struct member age_range[] = { INT("Min"), INT("Max"), END };
static const struct member klout_score[] = {
	TEXT("KloutId"), { "Score", SHAPE_REAL, UNSET_NULL, NULL, NULL }, END
};
static const struct member subscription[] = {
	TEXT("Name"), TEXT("Space"), TEXT("PrivateRepos"),
	TEXT("Collaborators"), END
};
static const struct member suggestions[] = {
	{ "CompaniestoFollow", SHAPE_ITEMS, 0, id_name, NULL },
	{ "IndustriestoFollow", SHAPE_ITEMS, 0, id_name, NULL },
	{ "NewssourcetoFollow", SHAPE_ITEMS, 0, id_name, NULL },
	{ "PeopletoFollow", SHAPE_ITEMS, 0, id_name, NULL }, END
};
static const struct member address[] = {
	TEXT("Type"), TEXT("Address1"), TEXT("Address2"), TEXT("City"),
	TEXT("State"), TEXT("PostalCode"), TEXT("Region"), TEXT("Country"),
	END
};
static const struct member phone_number[] = {
	TEXT("PhoneType"), TEXT("PhoneNumber"), END
};
static const struct member im_account[] = {
	TEXT("AccountType"), TEXT("AccountName"), END
};
static const struct member position_company[] = {
	TEXT("Name"), TEXT("Type"), TEXT("Industry"), END
};
static const struct member position[] = {
	TEXT("Position"), LINES("Summary"), TEXT("StartDate"),
	TEXT("EndDate"), TEXT("IsCurrent"), TEXT("Location"),
	{ "Company", SHAPE_OBJECT, 0, position_company, NULL }, END
};
/* The mixed letter case is literal. */
static const struct member education[] = {
	TEXT("School"), TEXT("year"), TEXT("type"), LINES("notes"),
	LINES("activities"), TEXT("degree"), TEXT("fieldofstudy"),
	TEXT("StartDate"), TEXT("EndDate"), END
};
static const struct member interest[] = {
	TEXT("InterestedType"), TEXT("InterestedName"), END
};
static const struct member award[] = {
	TEXT("Id"), TEXT("Name"), TEXT("Issuer"), END
};
static const struct member current_status[] = {
	TEXT("Id"), LINES("Text"), TEXT("Source"), TEXT("CreatedDate"), END
};
static const struct member certification[] = {
	TEXT("Id"), TEXT("Name"), TEXT("Authority"), TEXT("Number"),
	TEXT("StartDate"), TEXT("EndDate"), END
};
static const struct member course[] = {
	TEXT("Id"), TEXT("Name"), TEXT("Number"), END
};
static const struct member volunteer[] = {
	TEXT("Id"), TEXT("Role"), TEXT("Organization"), TEXT("Cause"), END
};
static const struct member recommendation[] = {
	TEXT("Id"), TEXT("RecommendationType"), LINES("RecommendationText"),
	TEXT("Recommender"), END
};
static const struct member language[] = {
	TEXT("Id"), TEXT("Name"), TEXT("Proficiency"), END
};
static const struct member project[] = {
	TEXT("Id"), TEXT("Name"), LINES("Summary"),
	{ "With", SHAPE_ITEMS, 0, id_name, NULL }, TEXT("StartDate"),
	TEXT("EndDate"), TEXT("IsCurrent"), END
};
static const struct member work_of_art[] = {
	TEXT("Id"), TEXT("Name"), TEXT("Category"), TEXT("CreatedDate"), END
};
static const struct member relative[] = {
	TEXT("Id"), TEXT("Name"), TEXT("Relationship"), END
};
static const struct member friend[] = {
	TEXT("Id"), TEXT("Name"), TEXT("FirstName"), TEXT("LastName"),
	TEXT("Birthday"), TEXT("Hometown"), URL("Link"), TEXT("Gender"), END
};
static const struct member patent[] = {
	TEXT("Id"), TEXT("Title"), TEXT("Date"), END
};
static const struct member favorite_thing[] = {
	TEXT("Id"), TEXT("Name"), TEXT("Type"), END
};
static const struct member profile_view[] = {
	TEXT("Id"), TEXT("FirstName"), TEXT("LastName"), END
};
static const struct member place_lived[] = {
	TEXT("Name"), BOOL("IsPrimary"), END
};
static const struct member publication[] = {
	TEXT("Id"), TEXT("Title"), TEXT("Publisher"),
	{ "Authors", SHAPE_ITEMS, 0, id_name, NULL }, TEXT("Date"),
	URL("Url"), LINES("Summary"), END
};
static const struct member job_position[] = { TEXT("Title"), END };
static const struct member job[] = {
	BOOL("Active"), TEXT("Id"), LINES("DescriptionSnippet"),
	{ "Company", SHAPE_OBJECT, 0, id_name, NULL },
	{ "Position", SHAPE_OBJECT, 0, job_position, NULL },
	TEXT("PostingTimestamp"), END
};
static const struct member job_bookmark[] = {
	BOOL("IsApplied"), TEXT("ApplyTimestamp"), BOOL("IsSaved"),
	TEXT("SavedTimestamp"), { "Job", SHAPE_OBJECT, 0, job, NULL }, END
};
static const struct member badge[] = {
	TEXT("BadgeId"), TEXT("Name"), LINES("BadgeMessage"),
	LINES("Description"), URL("ImageUrl"), END
};
static const struct member member_url[] = {
	URL("Url"), TEXT("UrlName"), END
};

static const struct merge by_address_type = {
	"Type", NULL, "Default", ERR_ADDRESS_TYPE_REPEATED,
	ERR_ADDRESS_TYPE_MISSING
};
static const struct merge by_phone_type = {
	"PhoneType", NULL, "Default", ERR_PHONE_TYPE_REPEATED,
	ERR_PHONE_TYPE_MISSING
};
static const struct merge by_id_or_name = { "Id", "Name", NULL, 0, 0 };
static const struct merge by_name = { "Name", NULL, NULL, 0, 0 };

const struct member profile_table[] = {
	/* The account and its identifiers */
	{ "Uid", SHAPE_TEXT, 0, NULL, NULL },
	{ "ID", SHAPE_TEXT, 0, NULL, NULL },
	{ "Provider", SHAPE_TEXT, 0, NULL, NULL },
	{ "Identities", SHAPE_ITEMS, 0, NULL, NULL },
	{ "PreviousUids", SHAPE_TEXTS, 0, NULL, NULL },
	{ "UserName", SHAPE_TEXT, 0, NULL, NULL },
	{ "Email", SHAPE_ITEMS, 0, type_value, NULL },
	{ "UnverifiedEmail", SHAPE_ITEMS, 0, type_value, NULL },
	{ "EmailVerified", SHAPE_BOOL, 0, NULL, NULL },
	{ "PhoneId", SHAPE_TEXT, 0, NULL, NULL },
	{ "PhoneIdVerified", SHAPE_BOOL, 0, NULL, NULL },
	{ "Password", SHAPE_TEXT, 0, NULL, NULL },
	{ "IsSecurePassword", SHAPE_BOOL, UNSET_NULL, NULL, NULL },
	{ "IsPasswordBreached", SHAPE_BOOL, 0, NULL, NULL },
	{ "LastPasswordChangeDate", SHAPE_DATE, 0, NULL, NULL },
	{ "PasswordExpirationDate", SHAPE_DATE, 0, NULL, NULL },
	{ "LastPasswordChangeToken", SHAPE_TEXT, 0, NULL, NULL },
	{ "PIN", SHAPE_OBJECT, 0, pin, NULL },
	{ "IsActive", SHAPE_BOOL, 0, NULL, NULL },
	{ "IsDeleted", SHAPE_BOOL, 0, NULL, NULL },
	{ "IsLoginLocked", SHAPE_BOOL, 0, NULL, NULL },
	{ "LoginLockedType", SHAPE_TEXT, 0, NULL, NULL },
	{ "IsCustomUid", SHAPE_BOOL, 0, NULL, NULL },
	{ "IsRequiredFieldsFilledOnce", SHAPE_BOOL, 0, NULL, NULL },
	{ "IsEmailSubscribed", SHAPE_YES_NO, U, NULL, NULL },
	{ "NoOfLogins", SHAPE_INT, 0, NULL, NULL },
	{ "FirstLogin", SHAPE_BOOL, 0, NULL, NULL },
	{ "LastLoginDate", SHAPE_DATE, 0, NULL, NULL },
	{ "LastLoginLocation", SHAPE_TEXT, 0, NULL, NULL },
	{ "SignupDate", SHAPE_DATE, 0, NULL, NULL },
	{ "CreatedDate", SHAPE_DATE, 0, NULL, NULL },
	{ "ModifiedDate", SHAPE_DATE, 0, NULL, NULL },
	{ "ProfileModifiedDate", SHAPE_DATE, 0, NULL, NULL },
	{ "RegistrationProvider", SHAPE_TEXT, 0, NULL, NULL },
	{ "RegistrationSource", SHAPE_TEXT, 0, NULL, NULL },
	{ "ExternalUserLoginId", SHAPE_TEXT, 0, NULL, NULL },
	{ "ExternalIds", SHAPE_ITEMS, 0, external_id, NULL },
	{ "Roles", SHAPE_TEXTS, 0, NULL, NULL },
	{ "Organizations", SHAPE_ITEMS, 0, id_only, NULL },
	{ "SessionLimit", SHAPE_INT, BY_BACK_END | UNSET_NULL, NULL, NULL },
	{ "CustomFields", SHAPE_CUSTOM, UN, NULL, NULL },
	{ "PrivacyPolicy", SHAPE_OBJECT, 0, privacy_policy, NULL },
	{ "ConsentProfile", SHAPE_OBJECT, 0, consent_profile, NULL },
	{ "RegistrationData", SHAPE_OBJECT, 0, registration_data, NULL },
	{ "ProviderAccessCredential", SHAPE_OBJECT, 0, access_credential,
	    NULL },

	/* The person, scalars */
	{ "Prefix", SHAPE_TEXT, UN, NULL, NULL },
	{ "FirstName", SHAPE_TEXT, UN, NULL, NULL },
	{ "MiddleName", SHAPE_TEXT, UN, NULL, NULL },
	{ "LastName", SHAPE_TEXT, UN, NULL, NULL },
	{ "Suffix", SHAPE_TEXT, UN, NULL, NULL },
	{ "NickName", SHAPE_TEXT, UN, NULL, NULL },
	{ "ProfileName", SHAPE_TEXT, UN, NULL, NULL },
	{ "FullName", SHAPE_TEXT, 0, NULL, NULL },
	{ "BirthDate", SHAPE_BIRTH_DATE, UN, NULL, NULL },
	{ "Age", SHAPE_TEXT, 0, NULL, NULL },
	{ "Gender", SHAPE_GENDER, UN, NULL, NULL },
	{ "Website", SHAPE_URL, UN, NULL, NULL },
	{ "ThumbnailImageUrl", SHAPE_URL, UN, NULL, NULL },
	{ "ImageUrl", SHAPE_URL, UN, NULL, NULL },
	{ "HttpsImageUrl", SHAPE_URL, UN, NULL, NULL },
	{ "Favicon", SHAPE_URL, UN, NULL, NULL },
	{ "ProfileUrl", SHAPE_URL, UN, NULL, NULL },
	{ "CoverPhoto", SHAPE_URL, UN, NULL, NULL },
	{ "GravatarImageUrl", SHAPE_URL, UN, NULL, NULL },
	{ "About", SHAPE_LINES, UN, NULL, NULL },
	{ "TagLine", SHAPE_TEXT, UN, NULL, NULL },
	{ "Industry", SHAPE_TEXT, UN, NULL, NULL },
	{ "Company", SHAPE_TEXT, UN, NULL, NULL },
	{ "ProfessionalHeadline", SHAPE_TEXT, UN, NULL, NULL },
	{ "Honors", SHAPE_LINES, UN, NULL, NULL },
	{ "Associations", SHAPE_LINES, UN, NULL, NULL },
	{ "HomeTown", SHAPE_TEXT, UN, NULL, NULL },
	{ "State", SHAPE_TEXT, UN, NULL, NULL },
	{ "City", SHAPE_TEXT, UN, NULL, NULL },
	{ "MainAddress", SHAPE_LINES, UN, NULL, NULL },
	{ "ProfileCity", SHAPE_TEXT, UN, NULL, NULL },
	{ "ProfileCountry", SHAPE_TEXT, U, NULL, NULL },
	{ "LocalCity", SHAPE_TEXT, UN, NULL, NULL },
	{ "LocalCountry", SHAPE_TEXT, UN, NULL, NULL },
	{ "TimeZone", SHAPE_TEXT, UN, NULL, NULL },
	{ "LocalLanguage", SHAPE_TEXT, UN, NULL, NULL },
	{ "Currency", SHAPE_TEXT, UN, NULL, NULL },
	{ "Language", SHAPE_TEXT, 0, NULL, NULL },
	{ "Verified", SHAPE_TEXT, 0, NULL, NULL },
	{ "UpdatedTime", SHAPE_TEXT, 0, NULL, NULL },
	{ "Created", SHAPE_TEXT, 0, NULL, NULL },
	{ "RelationshipStatus", SHAPE_TEXT, UN, NULL, NULL },
	{ "Religion", SHAPE_TEXT, UN, NULL, NULL },
	{ "Political", SHAPE_TEXT, UN, NULL, NULL },
	{ "Quota", SHAPE_TEXT, U, NULL, NULL },
	{ "Quote", SHAPE_TEXT, 0, NULL, NULL },
	{ "LRUserID", SHAPE_TEXT, 0, NULL, NULL },
	{ "IsGeoEnabled", SHAPE_TEXT, UN, NULL, NULL },
	{ "IsProtected", SHAPE_BOOL, U, NULL, NULL },
	{ "Hireable", SHAPE_BOOL, U, NULL, NULL },
	{ "PublicRepository", SHAPE_TEXT, UN, NULL, NULL },
	{ "RepositoryUrl", SHAPE_URL, UN, NULL, NULL },
	{ "StarredUrl", SHAPE_URL, UN, NULL, NULL },
	{ "GistsUrl", SHAPE_URL, UN, NULL, NULL },
	{ "FollowersCount", SHAPE_INT, U, NULL, NULL },
	{ "FriendsCount", SHAPE_INT, U, NULL, NULL },
	{ "TotalStatusesCount", SHAPE_INT, U, NULL, NULL },
	{ "NumRecommenders", SHAPE_INT, U, NULL, NULL },
	{ "TotalPrivateRepository", SHAPE_INT, U, NULL, NULL },
	{ "PublicGists", SHAPE_INT, U, NULL, NULL },
	{ "PrivateGists", SHAPE_INT, U, NULL, NULL },
	{ "PinsCount", SHAPE_INT, 0, NULL, NULL },
	{ "BoardsCount", SHAPE_INT, 0, NULL, NULL },
	{ "LikesCount", SHAPE_INT, 0, NULL, NULL },

	/* The person, structured */
	{ "Country", SHAPE_COUNTRY, U, country, NULL },
	{ "AgeRange", SHAPE_OBJECT, U, age_range, NULL },
	{ "KloutScore", SHAPE_OBJECT, 0, klout_score, NULL },
	{ "Subscription", SHAPE_OBJECT, U, subscription, NULL },
	{ "Suggestions", SHAPE_OBJECT, U, suggestions, NULL },
	{ "ProfileImageUrls", SHAPE_URLS, U, NULL, NULL },
	{ "WebProfiles", SHAPE_URLS, U, NULL, NULL },
	{ "InterestedIn", SHAPE_TEXTS, U, NULL, NULL },
	{ "Addresses", SHAPE_ITEMS, UN, address, &by_address_type },
	{ "PhoneNumbers", SHAPE_ITEMS, UN, phone_number, &by_phone_type },
	{ "IMAccounts", SHAPE_ITEMS, U, im_account, NULL },
	{ "Positions", SHAPE_ITEMS, U, position, NULL },
	{ "Educations", SHAPE_ITEMS, U, education, NULL },
	{ "Interests", SHAPE_ITEMS, U, interest, NULL },
	{ "Sports", SHAPE_ITEMS, U, id_name, NULL },
	{ "InspirationalPeople", SHAPE_ITEMS, U, id_name, NULL },
	{ "Skills", SHAPE_ITEMS, U, id_name, NULL },
	{ "Awards", SHAPE_ITEMS, U, award, NULL },
	{ "CurrentStatus", SHAPE_ITEMS, U, current_status, NULL },
	{ "Certifications", SHAPE_ITEMS, U, certification, NULL },
	{ "Courses", SHAPE_ITEMS, U, course, NULL },
	{ "Volunteer", SHAPE_ITEMS, U, volunteer, NULL },
	{ "RecommendationsReceived", SHAPE_ITEMS, U, recommendation, NULL },
	{ "Languages", SHAPE_ITEMS, UN, language, &by_id_or_name },
	{ "Projects", SHAPE_ITEMS, U, project, NULL },
	{ "Games", SHAPE_ITEMS, U, work_of_art, NULL },
	{ "TeleVisionShow", SHAPE_ITEMS, U, work_of_art, NULL },
	{ "Movies", SHAPE_ITEMS, U, work_of_art, NULL },
	{ "Books", SHAPE_ITEMS, U, work_of_art, NULL },
	{ "Family", SHAPE_ITEMS, U, relative, NULL },
	{ "MutualFriends", SHAPE_ITEMS, U, friend, NULL },
	{ "Patents", SHAPE_ITEMS, U, patent, NULL },
	{ "FavoriteThings", SHAPE_ITEMS, U, favorite_thing, NULL },
	{ "RelatedProfileViews", SHAPE_ITEMS, U, profile_view, NULL },
	{ "PlacesLived", SHAPE_ITEMS, UN, place_lived, &by_name },
	{ "Publications", SHAPE_ITEMS, U, publication, NULL },
	{ "JobBookmarks", SHAPE_ITEMS, U, job_bookmark, NULL },
	{ "Badges", SHAPE_ITEMS, U, badge, NULL },
	{ "MemberUrlResources", SHAPE_ITEMS, U, member_url, NULL },
	END
};
