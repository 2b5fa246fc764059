"""Who gets what from which address: the one declared table. tests/architecture/test_urls.py asks each cell.

An address is asked about one real object of each kind, which belongs to the team of `assigned`, `teammate` and
`supervisor`; a packet is the focal point's. Bodies are empty where none is named: 400 says that the person may do
this, and has sent nothing to do it with. `in` is the way to sign-in. An address that stands in no row fails the run.

`superuser` is a person without a team whose superuser flag is set.
"""

PERSONAS = (
    "assigned",
    "teammate",
    "supervisor",
    "stranger",
    "focal_point",
    "advocate",
    "administrator",
    "superuser",
    "anonymous",
)

TABLE = """
#                             assigned teammate supervis stranger focal_pt advocate administ superusr anonymous
home                   GET    302      302      302      302      302      302      302      302      in
home                   POST   405      405      405      405      405      405      405      405      in
sign-in                GET    302      302      302      302      302      302      302      302      200
sign-in                POST   302      302      302      302      302      302      302      302      400
sign-out               GET    405      405      405      405      405      405      405      405      in
sign-out               POST   302      302      302      302      302      302      302      302      in
password               GET    200      200      200      200      200      200      200      200      in
password               POST   400      400      400      400      400      400      400      400      in
team                   GET    200      200      200      200      200      200      200      200      in
team                   POST   200      200      200      200      200      200      200      200      in
end-membership         GET    403      200      200      404      404      404      404      404      in
end-membership         POST   403      302      302      404      404      404      404      404      in
people                 GET    404      404      404      404      404      404      200      404      in
people                 POST   405      405      405      405      405      405      405      405      in
set_language           GET    302      302      302      302      302      302      302      302      302
set_language           POST   302      302      302      302      302      302      302      302      302
healthz                GET    503      503      503      503      503      503      503      503      503
healthz                POST   405      405      405      405      405      405      405      405      405

today                  GET    200      200      200      200      404      404      404      404      in
today                  POST   405      405      405      405      405      405      405      405      in
identification-list    GET    200      200      200      200      404      404      404      404      in
identification-list    POST   405      405      405      405      405      405      405      405      in
identification-new     GET    200      200      200      200      404      404      404      404      in
identification-new     POST   400      400      400      400      404      404      404      404      in
rapid-new              GET    405      405      405      405      405      405      405      405      in
rapid-new              POST   302      302      302      302      404      404      404      404      in
rapid                  GET    302      404      404      404      404      404      404      404      in
rapid                  POST   405      405      405      405      405      405      405      405      in
rapid-screen           GET    200      404      404      404      404      404      404      404      in
rapid-screen           POST   400      404      404      404      404      404      404      404      in
rapid-finish           GET    405      405      405      405      405      405      405      405      in
rapid-finish           POST   302      404      404      404      404      404      404      404      in
rapid-stop             GET    200      404      404      404      404      404      404      404      in
rapid-stop             POST   302      404      404      404      404      404      404      404      in
identification         GET    200      200      200      404      404      404      404      404      in
identification         POST   405      405      405      405      405      405      405      405      in
identification-open-case GET  405      405      405      405      405      405      405      405      in
identification-open-case POST 302      302      302      404      404      404      404      404      in
earlier-records        GET    200      200      200      404      404      404      404      404      in
earlier-records        POST   400      400      400      404      404      404      404      404      in
same-person            GET    405      405      405      405      405      405      405      405      in
same-person            POST   302      302      302      404      404      404      404      404      in
search                 GET    200      200      200      200      404      404      404      404      in
search                 POST   400      400      400      400      404      404      404      404      in
search-index           GET    200      200      200      200      404      404      404      404      in
search-index           POST   302      302      302      302      404      404      404      404      in
case-filter-save       GET    405      405      405      405      405      405      405      405      in
case-filter-save       POST   302      302      302      302      404      404      404      404      in
case-filter-remove     GET    405      405      405      405      405      405      405      405      in
case-filter-remove     POST   302      404      404      404      404      404      404      404      in
duplicate-rule-out     GET    405      405      405      405      405      405      405      405      in
duplicate-rule-out     POST   302      302      302      404      404      404      404      404      in
case-list              GET    200      200      200      200      404      404      404      404      in
case-list              POST   405      405      405      405      405      405      405      405      in
case                   GET    200      200      200      404      404      404      404      404      in
case                   POST   405      405      405      405      405      405      405      405      in
section                GET    200      200      200      404      404      404      404      404      in
section                POST   400      400      400      404      404      404      404      404      in
section-history        GET    200      200      200      404      404      404      404      404      in
section-history        POST   405      405      405      405      405      405      405      405      in
section-restore        GET    405      405      405      405      405      405      405      405      in
section-restore        POST   400      400      400      404      404      404      404      404      in
entry-list             GET    200      200      200      404      404      404      404      404      in
entry-list             POST   405      405      405      405      405      405      405      405      in
contact                GET    200      200      200      404      404      404      404      404      in
contact                POST   400      400      400      404      404      404      404      404      in
missing-child          GET    200      200      200      404      404      404      404      404      in
missing-child          POST   405      405      405      405      405      405      405      405      in
entry-new              GET    200      200      200      404      404      404      404      404      in
entry-new              POST   400      400      400      404      404      404      404      404      in
entry                  GET    200      200      200      404      404      404      404      404      in
entry                  POST   400      400      400      404      404      404      404      404      in
consent-new            GET    200      200      200      404      404      404      404      404      in
consent-new            POST   400      400      400      404      404      404      404      404      in
consent                GET    200      200      200      404      404      404      404      404      in
consent                POST   405      405      405      405      405      405      405      405      in
consent-copy           GET    200      200      200      404      404      404      404      404      in
consent-copy           POST   400      400      400      404      404      404      404      404      in
consent-withdraw       GET    200      200      200      404      404      404      404      404      in
consent-withdraw       POST   302      302      302      404      404      404      404      404      in
exception-new          GET    200      200      200      404      404      404      404      404      in
exception-new          POST   400      400      400      404      404      404      404      404      in
plan                   GET    200      200      200      404      404      404      404      404      in
plan                   POST   405      405      405      405      405      405      405      405      in
pathway                GET    200      200      200      404      404      404      404      404      in
pathway                POST   400      400      400      404      404      404      404      404      in
national-referral-new  GET    200      200      200      404      404      404      404      404      in
national-referral-new  POST   400      400      400      404      404      404      404      404      in
national-referral      GET    200      200      200      404      404      404      404      404      in
national-referral      POST   400      400      400      404      404      404      404      404      in
safety-plan            GET    200      200      200      404      404      404      404      404      in
safety-plan            POST   400      400      400      404      404      404      404      404      in
approval-new           GET    200      200      200      404      404      404      404      404      in
approval-new           POST   400      400      400      404      404      404      404      404      in
approval               GET    200      200      200      404      404      404      404      404      in
approval               POST   400      400      400      404      404      404      404      404      in
decision-new           GET    200      200      200      404      404      404      404      404      in
decision-new           POST   400      400      400      404      404      404      404      404      in
document-new           GET    200      200      200      404      404      404      404      404      in
document-new           POST   400      400      400      404      404      404      404      404      in
document               GET    200      200      200      404      404      404      404      404      in
document               POST   405      405      405      405      405      405      405      405      in
document-preview       GET    200      200      200      404      404      404      404      404      in
document-preview       POST   405      405      405      405      405      405      405      405      in
document-download      GET    200      200      200      404      404      404      404      404      in
document-download      POST   405      405      405      405      405      405      405      405      in
document-remove        GET    200      200      200      404      404      404      404      404      in
document-remove        POST   400      400      400      404      404      404      404      404      in
follow-up-new          GET    200      200      200      404      404      404      404      404      in
follow-up-new          POST   400      400      400      404      404      404      404      404      in
follow-up-complete     GET    200      200      200      404      404      404      404      404      in
follow-up-complete     POST   302      302      302      404      404      404      404      404      in

notice-away            GET    405      405      405      405      405      405      405      405      in
notice-away            POST   302      404      404      404      404      404      404      404      in
link-new               GET    200      200      200      404      404      404      404      404      in
link-new               POST   400      400      400      404      404      404      404      404      in
link-end               GET    200      200      200      404      404      404      404      404      in
link-end               POST   302      302      302      404      404      404      404      404      in
case-state             GET    200      200      200      404      404      404      404      404      in
case-state             POST   400      400      400      404      404      404      404      404      in
copy                   GET    200      200      200      404      404      404      404      404      in
copy                   POST   400      400      400      404      404      404      404      404      in
erasure                GET    200      200      200      404      404      404      404      404      in
erasure                POST   400      400      400      404      404      404      404      404      in
erasure-cancel         GET    405      405      405      405      405      405      405      405      in
erasure-cancel         POST   409      409      409      404      404      404      404      404      in
erasures               GET    404      404      200      404      404      404      404      404      in
erasures               POST   405      405      405      405      405      405      405      405      in
imports                GET    404      404      200      404      404      404      404      404      in
imports                POST   404      404      400      404      404      404      404      404      in
import                 GET    404      404      200      404      404      404      404      404      in
import                 POST   404      404      302      404      404      404      404      404      in
import-begin           GET    405      405      405      405      405      405      405      405      in
import-begin           POST   404      404      302      404      404      404      404      404      in
import-cancel          GET    405      405      405      405      405      405      405      405      in
import-cancel          POST   404      404      302      404      404      404      404      404      in
import-left-out        GET    404      404      200      404      404      404      404      404      in
import-left-out        POST   405      405      405      405      405      405      405      405      in
exports                GET    405      405      405      405      405      405      405      405      in
exports                POST   302      302      302      302      404      404      404      404      in
case-export            GET    200      403      200      404      404      404      404      404      in
case-export            POST   405      405      405      405      405      405      405      405      in
case-assign            GET    403      403      200      404      404      404      404      404      in
case-assign            POST   403      403      400      404      404      404      404      404      in
caseload               GET    404      404      200      404      404      404      404      404      in
caseload               POST   405      405      405      405      405      405      405      405      in
transfer-new           GET    403      403      200      404      404      404      404      404      in
transfer-new           POST   403      403      400      404      404      404      404      404      in
transfer               GET    200      200      200      404      404      404      404      404      in
transfer               POST   405      405      405      405      405      405      405      405      in
transfer-accept        GET    405      405      405      405      405      405      405      405      in
transfer-accept        POST   403      403      403      404      404      404      404      404      in
transfer-decline       GET    403      403      403      404      404      404      404      404      in
transfer-decline       POST   403      403      403      404      404      404      404      404      in
transfer-take-back     GET    403      403      200      404      404      404      404      404      in
transfer-take-back     POST   403      403      302      404      404      404      404      404      in
end-reading            GET    405      405      405      405      405      405      405      405      in
end-reading            POST   403      403      302      404      404      404      404      404      in
emergency              GET    404      404      200      404      404      404      404      404      in
emergency              POST   404      404      400      404      404      404      404      404      in
emergency-catch-up     GET    405      405      405      405      405      405      405      405      in
emergency-catch-up     POST   404      404      302      404      404      404      404      404      in

referral-list          GET    200      200      200      200      404      404      404      404      in
referral-list          POST   405      405      405      405      405      405      405      405      in
referral-new           GET    200      200      200      404      404      404      404      404      in
referral-new           POST   400      400      400      404      404      404      404      404      in
service-list           GET    200      200      200      200      200      404      200      404      in
service-list           POST   405      405      405      405      405      405      405      405      in
service                GET    200      200      200      200      200      404      200      404      in
service                POST   405      405      405      405      405      405      405      405      in
services-kept          GET    404      404      404      404      200      404      200      404      in
services-kept          POST   405      405      405      405      405      405      405      405      in
service-capacity       GET    404      404      404      404      200      404      403      404      in
service-capacity       POST   404      404      404      404      400      404      403      404      in
service-find           GET    200      200      200      404      404      404      404      404      in
service-find           POST   405      405      405      405      405      405      405      405      in
referral               GET    200      200      200      404      404      404      404      404      in
referral               POST   405      405      405      405      405      405      405      405      in
referral-send          GET    405      405      405      405      405      405      405      405      in
referral-send          POST   302      302      302      404      404      404      404      404      in
referral-document      GET    200      200      200      404      404      404      404      404      in
referral-document      POST   405      405      405      405      405      405      405      405      in
referral-withdraw      GET    200      200      200      404      404      404      404      404      in
referral-withdraw      POST   302      302      302      404      404      404      404      404      in
handover-close         GET    200      200      200      404      404      404      404      404      in
handover-close         POST   400      400      400      404      404      404      404      404      in
referral-exchange      GET    200      200      200      404      404      404      404      404      in
referral-exchange      POST   400      400      400      404      404      404      404      404      in
place-new              GET    200      200      200      404      404      404      404      404      in
place-new              POST   400      400      400      404      404      404      404      404      in
place-requests         GET    200      200      200      200      404      404      404      404      in
place-requests         POST   405      405      405      405      405      405      405      405      in
place-send             GET    405      405      405      405      405      405      405      405      in
place-send             POST   302      302      302      404      404      404      404      404      in
place-end              GET    405      405      405      405      405      405      405      405      in
place-end              POST   302      302      302      404      404      404      404      404      in
place-asks             GET    404      404      404      404      200      404      404      404      in
place-asks             POST   405      405      405      405      405      405      405      405      in
place-hold             GET    405      405      405      405      405      405      405      405      in
place-hold             POST   404      404      404      404      302      404      404      404      in
place-decline          GET    405      405      405      405      405      405      405      405      in
place-decline          POST   404      404      404      404      302      404      404      404      in
inbox                  GET    404      404      404      404      200      404      404      404      in
inbox                  POST   405      405      405      405      405      405      405      405      in
packet                 GET    404      404      404      404      200      404      404      404      in
packet                 POST   405      405      405      405      405      405      405      405      in
packet-document        GET    404      404      404      404      200      404      404      404      in
packet-document        POST   405      405      405      405      405      405      405      405      in
packet-document-download GET  404      404      404      404      200      404      404      404      in
packet-document-download POST 405      405      405      405      405      405      405      405      in
packet-accept          GET    405      405      405      405      405      405      405      405      in
packet-accept          POST   404      404      404      404      302      404      404      404      in
packet-decline         GET    404      404      404      404      200      404      404      404      in
packet-decline         POST   404      404      404      404      400      404      404      404      in
packet-exchange        GET    404      404      404      404      200      404      404      404      in
packet-exchange        POST   404      404      404      404      400      404      404      404      in
packet-handover        GET    404      404      404      404      200      404      404      404      in
packet-handover        POST   404      404      404      404      400      404      404      404      in

statistics             GET    404      404      404      404      404      200      404      404      in
statistics             POST   405      405      405      405      405      405      405      405      in
statistics-csv         GET    404      404      404      404      404      200      404      404      in
statistics-csv         POST   405      405      405      405      405      405      405      405      in

interpreters           GET    200      200      200      200      404      404      404      404      in
interpreters           POST   405      405      405      405      405      405      405      405      in
interpreter-new        GET    200      200      200      200      404      404      404      404      in
interpreter-new        POST   400      400      400      400      404      404      404      404      in
interpreter            GET    200      200      200      404      404      404      404      404      in
interpreter            POST   400      400      400      404      404      404      404      404      in
interpreter-retire     GET    405      405      405      405      405      405      405      405      in
interpreter-retire     POST   302      302      302      404      404      404      404      404      in
print-list             GET    200      200      200      200      404      404      404      404      in
print-list             POST   405      405      405      405      405      405      405      405      in
print-form             GET    200      200      200      200      404      404      404      404      in
print-form             POST   405      405      405      405      405      405      405      405      in
instruments            GET    404      404      404      404      404      404      200      404      in
instruments            POST   405      405      405      405      405      405      405      405      in
instruments-new        GET    404      404      404      404      404      404      200      404      in
instruments-new        POST   404      404      404      404      404      404      400      404      in
instruments-wording    GET    404      404      404      404      404      404      200      404      in
instruments-wording    POST   404      404      404      404      404      404      302      404      in
instruments-switch     GET    405      405      405      405      405      405      405      405      in
instruments-switch     POST   404      404      404      404      404      404      302      404      in

schema                 GET    200      200      200      200      200      200      200      200      200
api-docs               GET    200      200      200      200      200      200      200      200      200
tokens                 POST   400      400      400      400      400      400      400      400      400
token                  DELETE 204      404      404      404      404      404      404      404      401
api-identifications    GET    200      200      200      200      403      403      403      403      401
api-identifications    POST   400      400      400      400      403      403      403      403      401
api-identification     GET    200      200      200      404      404      404      404      404      401
api-identification-add POST   404      404      404      404      404      404      404      404      401
api-search             POST   400      400      400      400      403      403      403      403      401
api-cases              GET    200      200      200      200      403      403      403      403      401
api-cases              POST   400      400      400      400      403      403      403      403      401
api-case               GET    200      200      200      404      404      404      404      404      401
api-section            GET    200      200      200      404      404      404      404      404      401
api-section            PUT    200      200      200      404      404      404      404      404      401
api-section-versions   GET    200      200      200      404      404      404      404      404      401
api-section-version    GET    200      200      200      404      404      404      404      404      401
api-section-restore    POST   200      200      200      404      404      404      404      404      401
api-entries            GET    200      200      200      404      404      404      404      404      401
api-entries            POST   201      201      201      404      404      404      404      404      401
api-entry              GET    200      200      200      404      404      404      404      404      401
api-entry              PUT    200      200      200      404      404      404      404      404      401
api-consents           GET    200      200      200      404      404      404      404      404      401
api-consents           POST   201      201      201      404      404      404      404      404      401
api-consent-withdraw   POST   200      200      200      404      404      404      404      404      401
api-exceptions         GET    200      200      200      404      404      404      404      404      401
api-exceptions         POST   201      201      201      404      404      404      404      404      401
api-approvals          GET    200      200      200      404      404      404      404      404      401
api-approvals          POST   201      201      409      404      404      404      404      404      401
api-approve            POST   403      403      200      404      404      404      404      404      401
api-refuse             POST   403      403      200      404      404      404      404      404      401
api-approval-take-back POST   200      403      403      404      404      404      404      404      401
api-decisions          GET    200      200      200      404      404      404      404      404      401
api-decisions          POST   201      201      201      404      404      404      404      404      401
api-documents          GET    200      200      200      404      404      404      404      404      401
api-documents          POST   201      201      201      404      404      404      404      404      401
api-document           GET    200      200      200      404      404      404      404      404      401
api-document-content   GET    200      200      200      404      404      404      404      404      401
api-document-remove    POST   200      200      200      404      404      404      404      404      401
api-interpreters       GET    200      200      200      200      403      403      403      403      401
api-interpreters       POST   400      400      400      400      403      403      403      403      401
api-interpreter        GET    200      200      200      404      404      404      404      404      401
api-interpreter        PUT    200      200      200      404      404      404      404      404      401
api-interpreter-retire POST   200      200      200      404      404      404      404      404      401
api-instruments        GET    200      200      200      200      403      403      403      403      401
api-notices            GET    200      200      200      200      200      200      200      200      401
api-notice-away        POST   204      404      404      404      404      404      404      404      401
api-links              GET    200      200      200      404      404      404      404      404      401
api-links              POST   404      404      404      404      404      404      404      404      401
api-link               DELETE 204      204      204      404      404      404      404      404      401
api-copy               GET    200      200      200      404      404      404      404      404      401
api-copy               POST   409      409      409      404      404      404      404      404      401
api-erasure            GET    200      200      200      404      404      404      404      404      401
api-erasure            POST   403      403      409      404      404      404      404      404      401
api-erasure-cancel     POST   409      409      409      404      404      404      404      404      401
api-case-state         POST   200      200      200      404      404      404      404      404      401
api-case-assign        POST   403      403      400      404      404      404      404      404      401
api-caseload           GET    403      403      200      403      403      403      403      403      401
api-transfers          GET    200      200      200      200      403      403      403      403      401
api-transfers          POST   400      400      400      400      403      403      403      403      401
api-transfer           GET    200      200      200      404      404      404      404      404      401
api-transfer-decline   POST   403      403      403      404      404      404      404      404      401
api-transfer-take-back POST   403      403      200      404      404      404      404      404      401
api-follow-ups         GET    200      200      200      200      403      403      403      403      401
api-follow-ups         POST   400      400      400      400      403      403      403      403      401
api-follow-up-complete POST   200      200      200      404      404      404      404      404      401
api-follow-up-cancel   POST   200      200      200      404      404      404      404      404      401
api-hsds               GET    200      200      200      200      200      200      200      200      200
api-hsds-services      GET    200      200      200      200      200      200      200      200      200
api-hsds-service       GET    200      200      200      200      200      200      200      200      200
api-hsds-organizations GET    200      200      200      200      200      200      200      200      200
api-hsds-organization  GET    200      200      200      200      200      200      200      200      200
api-services           GET    200      200      200      200      403      403      403      403      401
api-service-capacity   PATCH  404      404      404      404      200      404      403      404      401
api-case-matches       GET    200      200      200      404      404      404      404      404      401
api-referrals          GET    200      200      200      200      403      403      403      403      401
api-referrals          POST   400      400      400      400      403      403      403      403      401
api-referral           GET    200      200      200      404      404      404      404      404      401
api-referral-send      POST   200      200      200      404      404      404      404      404      401
api-referral-withdraw  POST   200      200      200      404      404      404      404      404      401
api-referral-accept    POST   404      404      404      404      200      404      404      404      401
api-referral-decline   POST   404      404      404      404      200      404      404      404      401
api-handover-answer    POST   404      404      404      404      200      404      404      404      401
api-handover-close     POST   200      200      200      404      404      404      404      404      401
api-referral-exchange  GET    200      200      200      404      404      404      404      404      401
api-referral-exchange  POST   201      201      201      404      404      404      404      404      401
api-packet-exchange    GET    404      404      404      404      200      404      404      404      401
api-packet-exchange    POST   404      404      404      404      201      404      404      404      401
api-packets            GET    403      403      403      403      200      403      403      403      401
api-packet             GET    404      404      404      404      200      404      404      404      401
api-packet-document-content GET 404    404      404      404      200      404      404      404      401
api-table              GET    403      403      403      403      403      200      403      403      401
"""

CELLS: dict[tuple[str, str], dict[str, str]] = {
    (name, method): dict(zip(PERSONAS, expected, strict=True))
    for name, method, *expected in (
        line.split() for line in TABLE.splitlines() if line and not line.startswith("#")
    )
}
