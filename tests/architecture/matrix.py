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
consent-new            GET    200      200      200      404      404      404      404      404      in
consent-new            POST   400      400      400      404      404      404      404      404      in
consent-withdraw       GET    200      200      200      404      404      404      404      404      in
consent-withdraw       POST   302      302      302      404      404      404      404      404      in
decision-new           GET    200      200      200      404      404      404      404      404      in
decision-new           POST   400      400      400      404      404      404      404      404      in
follow-up-new          GET    200      200      200      404      404      404      404      404      in
follow-up-new          POST   400      400      400      404      404      404      404      404      in
follow-up-complete     GET    200      200      200      404      404      404      404      404      in
follow-up-complete     POST   302      302      302      404      404      404      404      404      in

referral-list          GET    200      200      200      200      404      404      404      404      in
referral-list          POST   405      405      405      405      405      405      405      405      in
referral-new           GET    200      200      200      404      404      404      404      404      in
referral-new           POST   400      400      400      404      404      404      404      404      in
referral               GET    200      200      200      404      404      404      404      404      in
referral               POST   405      405      405      405      405      405      405      405      in
referral-send          GET    405      405      405      405      405      405      405      405      in
referral-send          POST   302      302      302      404      404      404      404      404      in
referral-withdraw      GET    200      200      200      404      404      404      404      404      in
referral-withdraw      POST   302      302      302      404      404      404      404      404      in
inbox                  GET    404      404      404      404      200      404      404      404      in
inbox                  POST   405      405      405      405      405      405      405      405      in
packet                 GET    404      404      404      404      200      404      404      404      in
packet                 POST   405      405      405      405      405      405      405      405      in
packet-accept          GET    405      405      405      405      405      405      405      405      in
packet-accept          POST   404      404      404      404      302      404      404      404      in
packet-decline         GET    404      404      404      404      200      404      404      404      in
packet-decline         POST   404      404      404      404      400      404      404      404      in

statistics             GET    404      404      404      404      404      200      404      404      in
statistics             POST   405      405      405      405      405      405      405      405      in
statistics-csv         GET    404      404      404      404      404      200      404      404      in
statistics-csv         POST   405      405      405      405      405      405      405      405      in

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
api-cases              GET    200      200      200      200      403      403      403      403      401
api-cases              POST   400      400      400      400      403      403      403      403      401
api-case               GET    200      200      200      404      404      404      404      404      401
api-section            GET    200      200      200      404      404      404      404      404      401
api-section            PUT    200      200      200      404      404      404      404      404      401
api-section-versions   GET    200      200      200      404      404      404      404      404      401
api-section-version    GET    200      200      200      404      404      404      404      404      401
api-section-restore    POST   200      200      200      404      404      404      404      404      401
api-consents           GET    200      200      200      404      404      404      404      404      401
api-consents           POST   201      201      201      404      404      404      404      404      401
api-consent-withdraw   POST   200      200      200      404      404      404      404      404      401
api-decisions          GET    200      200      200      404      404      404      404      404      401
api-decisions          POST   201      201      201      404      404      404      404      404      401
api-instruments        GET    200      200      200      200      403      403      403      403      401
api-follow-ups         GET    200      200      200      200      403      403      403      403      401
api-follow-ups         POST   400      400      400      400      403      403      403      403      401
api-follow-up-complete POST   200      200      200      404      404      404      404      404      401
api-follow-up-cancel   POST   200      200      200      404      404      404      404      404      401
api-services           GET    200      200      200      200      403      403      403      403      401
api-referrals          GET    200      200      200      200      403      403      403      403      401
api-referrals          POST   400      400      400      400      403      403      403      403      401
api-referral           GET    200      200      200      404      404      404      404      404      401
api-referral-send      POST   200      200      200      404      404      404      404      404      401
api-referral-withdraw  POST   200      200      200      404      404      404      404      404      401
api-referral-accept    POST   404      404      404      404      200      404      404      404      401
api-referral-decline   POST   404      404      404      404      200      404      404      404      401
api-packets            GET    403      403      403      403      200      403      403      403      401
api-packet             GET    404      404      404      404      200      404      404      404      401
api-table              GET    403      403      403      403      403      200      403      403      401
"""

CELLS: dict[tuple[str, str], dict[str, str]] = {
    (name, method): dict(zip(PERSONAS, expected, strict=True))
    for name, method, *expected in (
        line.split() for line in TABLE.splitlines() if line and not line.startswith("#")
    )
}
