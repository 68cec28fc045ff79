using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// Every operation of the document asked by everyone there is, each with the status that they must get. The request has
/// no body and names ids that nobody has, so what is let in ends at 400, 404 or, where nothing is needed, at 200.
/// </summary>
public sealed class RoleTableTests(SharedServer shared)
{
    // nobody: no credential. member: an account without rights. player: a participant of the study. stranger: a researcher
    // without rights in the study. owner: the researcher whose study it is. admin: an administrator.
    private const string Table = """
        # operation                                             nobody member player stranger owner admin
        GET /.well-known/jwks.json                              200    200    200    200      200   200
        POST /api/auth/login                                    415    415    415    415    415    415
        POST /api/auth/refresh                                  415    415    415    415    415    415
        POST /api/auth/register                                 415    415    415    415    415    415
        GET /api/health                                         200    200    200    200    200    200
        GET /api/notifications                                  401    200    200    200    200    200
        POST /api/notifications                                 401    403    403    403    403    415
        GET /api/posts                                          401    200    200    200    200    200
        POST /api/posts                                         401    415    415    415    415    415
        GET /api/posts/{post}                                   401    404    404    404    404    404
        PUT /api/posts/{post}                                   401    404    404    404    404    404
        DELETE /api/posts/{post}                                401    404    404    404    404    404
        GET /api/posts/{post}/comments                          401    404    404    404    404    404
        POST /api/posts/{post}/comments                         401    404    404    404    404    404
        GET /api/tags                                           401    200    200    200    200    200
        GET /api/users/{id}                                     401    404    404    404    404    404
        GET /api/v1                                             200    200    200    200      200   200
        GET /api/v1/api-keys                                    401    200    200    200      200   200
        POST /api/v1/api-keys                                   401    415    415    415      415   415
        DELETE /api/v1/api-keys/{id}                            401    404    404    404      404   404
        GET /api/v1/api-keys/{id}                               401    404    404    404      404   404
        GET /api/v1/audit                                       401    403    403    403      403   200
        POST /api/v1/auth/confirm-address                       415    415    415    415      415   415
        DELETE /api/v1/auth/cookies                             204    204    204    204      204   204
        POST /api/v1/auth/cookies                               415    415    415    415      415   415
        POST /api/v1/auth/forgot-password                       415    415    415    415      415   415
        POST /api/v1/auth/login                                 415    415    415    415      415   415
        POST /api/v1/auth/logout                                401    400    400    400      400   400
        POST /api/v1/auth/refresh                               415    415    415    415      415   415
        POST /api/v1/auth/register                              415    415    415    415      415   415
        POST /api/v1/auth/reset-password                        415    415    415    415      415   415
        POST /auth/login                                        415    415    415    415      415   415
        POST /auth/refresh                                      415    415    415    415      415   415
        DELETE /api/v1/authors/{author}/follow                  401    204    204    204    204    204
        GET /api/v1/authors/{author}/follow                     401    200    200    200    200    200
        PUT /api/v1/authors/{author}/follow                     401    404    404    404    404    404
        GET /api/v1/backups                                     401    403    403    403      403   200
        POST /api/v1/backups                                    401    403    403    403      403   202
        DELETE /api/v1/backups/{backup}                         401    403    403    403      403   404
        POST /api/v1/backups/{backup}/check                     401    403    403    403      403   404
        GET /api/v1/bookmarks                                   401    200    200    200    200    200
        GET /api/v1/blocks                                      401    200    200    200      200   200
        DELETE /api/v1/blocks/{account}                         401    404    404    404      404   404
        PUT /api/v1/blocks/{account}                            401    404    404    404      404   404
        POST /api/v1/batch                                      401    415    415    415    415   415
        GET /api/v1/collections                                 401    200    200    200    200    200
        POST /api/v1/collections                                401    403    403    415    415    415
        POST /api/v1/collections/apply                          401    403    403    415    415    415
        GET /api/v1/collections/{collection}                    401    404    404    404    404    404
        PATCH /api/v1/collections/{collection}                  401    403    403    404    404    404
        DELETE /api/v1/collections/{collection}                 401    403    403    404    404    404
        GET /api/v1/collections/{collection}/records            404    404    404    404    404    404
        POST /api/v1/collections/{collection}/records           404    404    404    404    404    404
        GET /api/v1/collections/{collection}/records/{record}   404    404    404    404    404    404
        PUT /api/v1/collections/{collection}/records/{record}   404    404    404    404    404    404
        PATCH /api/v1/collections/{collection}/records/{record} 404    404    404    404    404    404
        DELETE /api/v1/collections/{collection}/records/{record} 404    404    404    404    404    404
        POST /api/v1/collections/{collection}/records/{record}/restore 404    404    404    404    404    404
        GET /api/v1/collections/{collection}/records/changes    404    404    404    404    404   404
        GET /api/v1/collections/{collection}/records/totals     404    404    404    404    404   404
        PUT /api/v1/collections/{collection}/records            404    404    404    404    404    404
        POST /api/v1/collections/{collection}/records/import    401    404    404    404    404    404
        GET /api/v1/collections/{collection}/records/export     401    404    404    404    404    404
        GET /api/v1/collections/{collection}/records/{record}/history 404    404    404    404    404    404
        GET /api/v1/collections/{collection}/records/live       401    404    404    404    404   404
        POST /api/v1/collections/{collection}/records/sync      401    404    404    404    404   404
        POST /api/v1/collections/{collection}/rules/try         401    403    403    404    404    404
        GET /api/v1/conversations                               401    200    200    200      200   200
        POST /api/v1/conversations                              401    415    415    415      415   415
        GET /api/v1/conversations/candidate                     401    400    400    400      400   400
        GET /api/v1/erasures/{id}                               404    404    404    404      404   404
        GET /api/v1/events/parked                               401    403    403    403      403   200
        DELETE /api/v1/events/parked/{id}                       401    403    403    403      403   404
        POST /api/v1/events/parked/{id}/replay                  401    403    403    403      403   404
        GET /api/v1/feed                                        401    200    200    200    200    200
        GET /api/v1/follows/authors                             401    200    200    200    200    200
        GET /api/v1/follows/tags                                401    200    200    200    200    200
        GET /api/v1/jobs                                        401    403    403    403      403   200
        DELETE /api/v1/jobs/{id}                                401    403    403    403      403   404
        POST /api/v1/jobs/{id}/retry                            401    403    403    403      403   404
        DELETE /api/v1/me                                       401    400    400    400      400   400
        GET /api/v1/me                                          401    200    200    200      200   200
        PATCH /api/v1/me                                        401    415    415    415      415   415
        GET /api/v1/me/address                                  401    200    200    200      200   200
        POST /api/v1/me/address/confirmation                    401    403    403    403      403   403
        GET /api/v1/me/data                                     401    200    200    200      200   200
        PATCH /api/v1/me/data                                   401    415    415    415      415   415
        GET /api/v1/me/notification-choices                     401    200    200    200      200   200
        PATCH /api/v1/me/notification-choices                   401    415    415    415      415   415
        PUT /api/v1/me/notification-choices/kinds/{kind}        401    415    415    415      415   415
        GET /api/v1/me/notifications                            401    200    200    200      200   200
        GET /api/v1/me/notifications/live                       401    200    200    200      200   200
        POST /api/v1/me/notifications/read                      401    415    415    415      415   415
        GET /api/v1/me/notifications/unread                     401    200    200    200      200   200
        POST /api/v1/me/notifications/{id}/read                 401    404    404    404      404   404
        PUT /api/v1/me/password                                 401    415    415    415      415   415
        GET /api/v1/me/second-factor                            401    200    200    200      200   200
        POST /api/v1/me/second-factor                           401    200    200    200      200   200
        POST /api/v1/me/second-factor/confirmation              401    415    415    415      415   415
        POST /api/v1/me/second-factor/recovery-codes            401    415    415    415      415   415
        POST /api/v1/me/second-factor/removal                   401    415    415    415      415   415
        GET /api/v1/me/sessions                                 401    200    200    200      200   200
        DELETE /api/v1/me/sessions/{id}                         401    404    404    404      404   404
        GET /api/v1/messages                                    401    400    400    400      400   400
        POST /api/v1/messaging/files                            401    400    400    400      400   400
        DELETE /api/v1/messaging/files/{file}                   401    404    404    404      404   404
        GET /api/v1/messaging/files/{file}                      401    404    404    404      404   404
        GET /api/v1/messaging/files/{file}/content              400    400    400    400      400   400
        POST /api/v1/notifications                              401    403    403    403      403   415
        POST /api/v1/notifications/bounces                      415    415    415    415      415   415
        GET /api/v1/notifications/kinds                         401    403    403    403      403   200
        GET /api/v1/notifications/kinds/{kind}/preview          401    403    403    403      403   404
        GET /api/v1/notifications/kinds/{kind}/preview/html     401    403    403    403      403   404
        POST /api/v1/notifications/kinds/{kind}/test            401    403    403    403      403   404
        GET /api/v1/notifications/mails                         401    403    403    403      403   200
        GET /api/v1/notifications/mails/{id}                    401    403    403    403      403   404
        GET /api/v1/notifications/suppressions                  401    403    403    403      403   200
        POST /api/v1/notifications/suppressions                 401    403    403    403      403   415
        POST /api/v1/notifications/suppressions/removal         401    403    403    403      403   415
        GET /api/v1/notifications/{id}                          401    403    403    403      403   404
        GET /api/v1/presence                                    401    400    400    400      400   400
        GET /api/v1/presence/setting                            401    200    200    200      200   200
        PUT /api/v1/presence/setting                            401    415    415    415      415   415
        GET /api/v1/rooms                                       401    200    200    200      200   200
        POST /api/v1/rooms                                      401    415    415    415      415   415
        POST /api/v1/rooms/join                                 401    415    415    415      415   415
        POST /api/v1/rooms/sync                                 401    415    415    415      415   415
        GET /api/v1/rooms/unread                                401    200    200    200      200   200
        GET /api/v1/rooms/{room}                                401    404    404    404      404   404
        DELETE /api/v1/rooms/{room}                             401    404    404    404      404   404
        PATCH /api/v1/rooms/{room}                              401    404    404    404      404   404
        GET /api/v1/rooms/{room}/bans                           401    404    404    404      404   404
        DELETE /api/v1/rooms/{room}/bans/{account}              401    404    404    404      404   404
        PUT /api/v1/rooms/{room}/bans/{account}                 401    404    404    404      404   404
        GET /api/v1/rooms/{room}/invitations                    401    404    404    404      404   404
        POST /api/v1/rooms/{room}/invitations                   401    404    404    404      404   404
        DELETE /api/v1/rooms/{room}/invitations/{id}            401    404    404    404      404   404
        POST /api/v1/rooms/{room}/join                          401    404    404    404      404   404
        GET /api/v1/rooms/{room}/members                        401    404    404    404      404   404
        DELETE /api/v1/rooms/{room}/members/{account}           401    404    404    404      404   404
        PUT /api/v1/rooms/{room}/members/{account}              401    404    404    404      404   404
        GET /api/v1/rooms/{room}/messages                       401    404    404    404      404   404
        GET /api/v1/rooms/{room}/messages/search                401    404    404    404      404   404
        POST /api/v1/rooms/{room}/messages                      401    404    404    404      404   404
        GET /api/v1/post-reports                                401    403    403    403    403    200
        GET /api/v1/post-reports/{report}                       401    404    404    404    404    404
        POST /api/v1/post-reports/{report}/settlement           401    403    403    403    403    415
        GET /api/v1/posting-bans                                401    403    403    403    403    200
        DELETE /api/v1/posting-bans/{account}                   401    403    403    403    403    404
        PUT /api/v1/posting-bans/{account}                      401    403    403    403    403    415
        GET /api/v1/posts                                       401    200    200    200    200    200
        POST /api/v1/posts                                      401    415    415    415    415    415
        DELETE /api/v1/posts/{post}                             401    404    404    404    404    404
        GET /api/v1/posts/{post}                                401    404    404    404    404    404
        PATCH /api/v1/posts/{post}                              401    404    404    404    404    404
        DELETE /api/v1/posts/{post}/bookmark                    401    404    404    404    404    404
        GET /api/v1/posts/{post}/bookmark                       401    404    404    404    404    404
        PUT /api/v1/posts/{post}/bookmark                       401    404    404    404    404    404
        GET /api/v1/posts/{post}/comments                       401    404    404    404    404    404
        POST /api/v1/posts/{post}/comments                      401    404    404    404    404    404
        DELETE /api/v1/posts/{post}/comments/{comment}          401    404    404    404    404    404
        GET /api/v1/posts/{post}/comments/{comment}             401    404    404    404    404    404
        PATCH /api/v1/posts/{post}/comments/{comment}           401    404    404    404    404    404
        DELETE /api/v1/posts/{post}/comments/{comment}/hiding   401    403    403    403    403    404
        PUT /api/v1/posts/{post}/comments/{comment}/hiding      401    403    403    403    403    404
        POST /api/v1/posts/{post}/comments/{comment}/reports    401    404    404    404    404    404
        POST /api/v1/posts/{post}/comments/{comment}/restore    401    404    404    404    404    404
        GET /api/v1/posts/{post}/comments/{comment}/revisions   401    404    404    404    404    404
        DELETE /api/v1/posts/{post}/hiding                      401    403    403    403    403    404
        PUT /api/v1/posts/{post}/hiding                         401    403    403    403    403    404
        DELETE /api/v1/posts/{post}/lock                        401    403    403    403    403    404
        PUT /api/v1/posts/{post}/lock                           401    403    403    403    403    404
        GET /api/v1/posts/{post}/reactions                      401    404    404    404    404    404
        DELETE /api/v1/posts/{post}/reactions/{kind}            401    404    404    404    404    404
        PUT /api/v1/posts/{post}/reactions/{kind}               401    404    404    404    404    404
        POST /api/v1/posts/preview                              401    415    415    415    415    415
        POST /api/v1/posts/{post}/reports                       401    404    404    404    404    404
        POST /api/v1/posts/{post}/restore                       401    404    404    404    404    404
        GET /api/v1/posts/{post}/revisions                      401    404    404    404    404    404
        GET /api/v1/server                                      401    403    403    403      403   200
        GET /api/v1/server/log                                  401    403    403    403      403   200
        GET /api/v1/server/settings                             401    403    403    403      403   200
        DELETE /api/v1/rooms/{room}/messages/{message}          401    404    404    404      404   404
        GET /api/v1/rooms/{room}/messages/{message}             401    404    404    404      404   404
        PATCH /api/v1/rooms/{room}/messages/{message}           401    404    404    404      404   404
        DELETE /api/v1/rooms/{room}/messages/{message}/reactions/{emoji} 401    404    404    404      404   404
        PUT /api/v1/rooms/{room}/messages/{message}/reactions/{emoji} 401    404    404    404      404   404
        POST /api/v1/rooms/{room}/messages/{message}/reports    401    404    404    404      404   404
        GET /api/v1/rooms/{room}/messages/{message}/versions    401    404    404    404      404   404
        GET /api/v1/rooms/{room}/moderation                     401    404    404    404      404   404
        DELETE /api/v1/rooms/{room}/mutes/{account}             401    404    404    404      404   404
        PUT /api/v1/rooms/{room}/mutes/{account}                401    404    404    404      404   404
        GET /api/v1/rooms/{room}/read                           401    404    404    404      404   404
        POST /api/v1/rooms/{room}/read                          401    404    404    404      404   404
        GET /api/v1/message-reports                             401    200    200    200      200   200
        GET /api/v1/rooms/{room}/reports/{id}                   401    404    404    404      404   404
        GET /api/v1/rooms/{room}/reports                        401    404    404    404      404   404
        GET /api/v1/rooms/{room}/threads                        401    404    404    404      404   404
        GET /api/v1/rooms/{room}/threads/{thread}               401    404    404    404      404   404
        GET /api/v1/rooms/{room}/threads/{thread}/messages      401    404    404    404      404   404
        POST /api/v1/rooms/{room}/threads/{thread}/read         401    404    404    404      404   404
        PUT /api/v1/rooms/{room}/reports/{id}/resolution        401    404    404    404      404   404
        POST /api/v1/setup                                      415    415    415    415      415   415
        GET /api/v1/signing-keys                                401    403    403    403      403   200
        POST /api/v1/signing-keys/rotate                        401    403    403    403      403   204
        GET /api/v1/spaces                                      401    403    403    200    200    200
        GET /api/v1/spaces/{space}/requests                     401    403    403    404    404    404
        POST /api/v1/spaces/{space}/reset                       401    403    403    404    404    404
        GET /api/v1/studies                                     401    200    200    200      200   200
        POST /api/v1/studies                                    401    403    403    415      415   415
        DELETE /api/v1/studies/{study}                          401    403    403    404      400   400
        GET /api/v1/studies/{study}                             401    404    200    404      200   200
        PATCH /api/v1/studies/{study}                           401    403    403    404      415   415
        GET /api/v1/studies/{study}/alerts                      401    403    403    404      200   200
        PUT /api/v1/studies/{study}/alerts                      401    403    403    404      415   415
        GET /api/v1/studies/{study}/codebook                    401    403    403    404      200   200
        DELETE /api/v1/studies/{study}/consent                  401    404    404    404      404   404
        GET /api/v1/studies/{study}/consent                     401    404    404    404      404   404
        PUT /api/v1/studies/{study}/consent                     401    404    415    404      415   415
        GET /api/v1/studies/{study}/consents                    401    403    403    404      200   200
        GET /api/v1/studies/{study}/gaps                        401    403    403    404      200   200
        GET /api/v1/studies/{study}/identity-openings           401    403    403    404      200   200
        GET /api/v1/studies/{study}/participants                401    403    403    404      200   200
        POST /api/v1/studies/{study}/participants               401    403    403    404      415   415
        DELETE /api/v1/studies/{study}/participants/{participant}  401    403    403    404      404   404
        GET /api/v1/studies/{study}/participants/{participant}  401    403    403    404      404   404
        DELETE /api/v1/studies/{study}/participants/{participant}/consent  401    403    403    404      404   404
        GET /api/v1/studies/{study}/participants/{participant}/consent     401    403    403    404      404   404
        PUT /api/v1/studies/{study}/participants/{participant}/consent     401    403    403    404      415   415
        GET /api/v1/studies/{study}/quarantine                  401    403    403    404      200   200
        GET /api/v1/studies/{study}/quarantine/content          401    403    403    404      200   200
        POST /api/v1/studies/{study}/quarantine/dismiss         401    403    403    404      200   200
        POST /api/v1/studies/{study}/quarantine/put-back        401    403    403    404      200   200
        GET /api/v1/studies/{study}/quarantine/reasons          401    403    403    404      200   200
        DELETE /api/v1/studies/{study}/quarantine/{id}          401    403    403    404      404   404
        GET /api/v1/studies/{study}/quarantine/{id}             401    403    403    404      404   404
        PUT /api/v1/studies/{study}/quarantine/{id}             401    403    403    404      415   415
        GET /api/v1/studies/{study}/quarantine/{id}/content     401    403    403    404      404   404
        POST /api/v1/studies/{study}/quarantine/{id}/put-back   401    403    403    404      404   404
        GET /api/v1/studies/{study}/retention                   401    403    403    404      200   200
        GET /api/v1/studies/{study}/retention/runs              401    403    403    404      200   200
        POST /api/v1/studies/{study}/retention/runs             401    403    403    404      409   409
        GET /api/v1/studies/{study}/retention/runs/{id}         401    403    403    404      404   404
        GET /api/v1/studies/{study}/rights                      401    403    403    404      200   200
        GET /api/v1/studies/{study}/rights/candidate            401    403    403    404      400   400
        DELETE /api/v1/studies/{study}/rights/{account}         401    403    403    404      404   404
        PUT /api/v1/studies/{study}/rights/{account}            401    403    403    404      415   415
        GET /api/v1/studies/{study}/sessions                    401    403    403    404      200   200
        GET /api/v1/studies/{study}/sessions/export             401    403    403    404      200   200
        GET /api/v1/studies/{study}/summary                     401    403    403    404      200   200
        GET /api/v1/studies/{study}/traces                      401    403    403    404      200   200
        POST /api/v1/studies/{study}/traces                     401    404    415    404      415   415
        GET /api/v1/studies/{study}/traces/export               401    403    403    404      200   200
        POST /api/v1/studies/{study}/traces/import              401    404    403    404      415   415
        GET /api/v1/studies/{study}/traces/live                 401    403    403    404      200   200
        GET /api/v1/studies/{study}/traces/{id}                 401    403    403    404      404   404
        GET /api/v1/suggestions                                 401    400    400    400    400    400
        GET /api/v1/tags                                        401    200    200    200    200    200
        GET /api/v1/tags/{tag}                                  401    404    404    404    404    404
        PATCH /api/v1/tags/{tag}                                401    403    403    403    403    415
        DELETE /api/v1/tags/{tag}/follow                        401    404    404    404    404    404
        PUT /api/v1/tags/{tag}/follow                           401    404    404    404    404    404
        POST /api/v1/tags/{tag}/merge                           401    403    403    403    403    415
        GET /api/v1/users                                       401    403    403    403      403   200
        POST /api/v1/users                                      401    403    403    403      403   415
        DELETE /api/v1/users/{id}                               401    403    403    403      403   400
        GET /api/v1/users/{id}                                  401    404    404    404      404   404
        PATCH /api/v1/users/{id}                                401    403    403    403      403   415
        POST /api/v1/users/{id}/password                        401    403    403    403      403   404
        DELETE /api/v1/users/{id}/second-factor                 401    403    403    403      403   404
        GET /api/v1/rower                                       401    200    200    200      200   200
        PATCH /api/v1/rower                                     401    415    415    415      415   415
        GET /api/v1/rower/looks                                 401    200    200    200      200   200
        GET /api/v1/squads                                      401    200    200    200      200   200
        POST /api/v1/squads                                     401    415    415    415      415   415
        POST /api/v1/squads/join                                401    415    415    415      415   415
        DELETE /api/v1/squads/{squad}                           401    404    404    404      404   404
        GET /api/v1/squads/{squad}                              401    404    404    404      404   404
        PATCH /api/v1/squads/{squad}                            401    404    404    404      404   404
        GET /api/v1/squads/{squad}/assignments                  401    404    404    404      404   404
        POST /api/v1/squads/{squad}/assignments                 401    404    404    404      404   404
        DELETE /api/v1/squads/{squad}/assignments/{assignment}  401    404    404    404      404   404
        PATCH /api/v1/squads/{squad}/assignments/{assignment}   401    404    404    404      404   404
        GET /api/v1/squads/{squad}/assignments/{assignment}     401    404    404    404      404   404
        DELETE /api/v1/squads/{squad}/assignments/{assignment}/answer 401    404    404    404      404   404
        PUT /api/v1/squads/{squad}/assignments/{assignment}/answer 401    404    404    404      404   404
        GET /api/v1/squads/{squad}/assignments/{assignment}/results 401    404    404    404      404   404
        GET /api/v1/squads/{squad}/invitations                  401    404    404    404      404   404
        POST /api/v1/squads/{squad}/invitations                 401    404    404    404      404   404
        DELETE /api/v1/squads/{squad}/invitations/{id}          401    404    404    404      404   404
        GET /api/v1/squads/{squad}/leaderboard                  401    404    404    404      404   404
        GET /api/v1/squads/{squad}/live                         401    404    404    404      404   404
        GET /api/v1/squads/{squad}/members                      401    404    404    404      404   404
        DELETE /api/v1/squads/{squad}/members/{account}         401    404    404    404      404   404
        PUT /api/v1/squads/{squad}/members/{account}            401    404    404    404      404   404
        GET /api/v1/squads/{squad}/members/{account}/workouts   401    404    404    404      404   404
        DELETE /api/v1/squads/{squad}/membership                401    404    404    404      404   404
        GET /api/v1/squads/{squad}/membership                   401    404    404    404      404   404
        PUT /api/v1/squads/{squad}/membership                   401    404    404    404      404   404
        GET /api/v1/workouts/{workout}/comments                 401    404    404    404      404   404
        POST /api/v1/workouts/{workout}/comments                401    404    404    404      404   404
        DELETE /api/v1/workouts/{workout}/comments/{id}         401    404    404    404      404   404
        GET /api/v1/workouts                                    401    200    200    200      200   200
        POST /api/v1/workouts                                   401    415    415    415      415   415
        GET /api/v1/workouts/critical-power                     401    200    200    200      200   200
        GET /api/v1/workouts/deletions                          401    200    200    200      200   200
        GET /api/v1/workouts/export                             401    200    200    200      200   200
        GET /api/v1/workouts/files                              401    200    200    200      200   200
        POST /api/v1/workouts/files                             401    415    415    415      415   415
        GET /api/v1/workouts/files/{file}                       401    404    404    404      404   404
        GET /api/v1/workouts/records                            401    200    200    200      200   200
        GET /api/v1/workouts/season                             401    200    200    200      200   200
        DELETE /api/v1/workouts/{workout}                       401    404    404    404      404   404
        GET /api/v1/workouts/{workout}                          401    404    404    404      404   404
        PATCH /api/v1/workouts/{workout}                        401    404    404    404      404   404
        GET /api/v1/workouts/{workout}/analysis                 401    404    404    404      404   404
        GET /api/v1/workouts/{workout}/export                   401    404    404    404      404   404
        POST /api/v1/workouts/{workout}/finish                  401    404    404    404      404   404
        GET /api/v1/workouts/{workout}/sources                  401    404    404    404      404   404
        DELETE /api/v1/workouts/{workout}/sources/{copy}        401    404    404    404      404   404
        GET /api/v1/workouts/{workout}/strokes                  401    404    404    404      404   404
        POST /api/v1/workouts/{workout}/strokes                 401    404    404    404      404   404
        GET /concept2/api/users/{user}                          401    404    404    404      404   404
        PATCH /concept2/api/users/{user}                        401    404    404    404      404   404
        POST /concept2/api/users/{user}                         401    404    404    404      404   404
        GET /concept2/api/users/{user}/results                  401    404    404    404      404   404
        POST /concept2/api/users/{user}/results                 401    404    404    404      404   404
        POST /concept2/api/users/{user}/results/bulk            401    404    404    404      404   404
        DELETE /concept2/api/users/{user}/results/{id}          401    404    404    404      404   404
        GET /concept2/api/users/{user}/results/{id}             401    404    404    404      404   404
        PATCH /concept2/api/users/{user}/results/{id}           401    404    404    404      404   404
        POST /concept2/api/users/{user}/results/{id}            401    404    404    404      404   404
        GET /concept2/api/users/{user}/results/{id}/export/{format}  401    404    404    404      404   404
        DELETE /concept2/api/users/{user}/results/{id}/strokes  401    404    404    404      404   404
        GET /concept2/api/users/{user}/results/{id}/strokes     401    404    404    404      404   404
        POST /concept2/oauth/access_token                       415    415    415    415      415   415
        GET /health                                             200    200    200    200      200   200
        GET /health/live                                        200    200    200    200      200   200
        GET /health/ready                                       200    200    200    200      200   200
        GET /metrics                                            401    403    403    403      403   200
        GET /{study}/api/v1/logs                                401    403    403    404      200   200
        POST /{study}/api/v1/logs                               401    404    415    404      415   415
        GET /{study}/api/v1/logs/{id}                           401    403    403    404      404   404
        GET /{study}/api/v1/users                               401    403    403    404      200   403
        POST /{study}/api/v1/users                              401    403    403    404      415   415
        GET /{study}/api/v1/users/{id}                          401    403    403    404      404   403
        GET /{study}/api/v1/utils/export/logs                   401    403    403    404      200   200
        GET /{study}/api/v1/utils/token                         401    404    200    404      200   200
        """;

    [Fact]
    public async Task Every_operation_asked_by_every_role()
    {
        using var anonymous = new ApiClient(shared.Server.CreateClient());
        var callers = new Dictionary<string, ApiClient>
        {
            ["nobody"] = anonymous,
            ["member"] = ApiClient.Basic(shared.Server, "member", ApiClient.Password),
            ["player"] = ApiClient.Basic(shared.Server, shared.Participant.Username, shared.Participant.Password),
            ["stranger"] = ApiClient.Basic(shared.Server, "stranger", ApiClient.Password),
            ["owner"] = ApiClient.Basic(shared.Server, "researcher", ApiClient.Password),
            ["admin"] = ApiClient.Basic(shared.Server, ApiClient.Administrator, ApiClient.Password),
        };
        var asked = new List<string>();
        foreach (var operation in await Operation.AllAsync(anonymous.Client))
        {
            var row = new List<string> { operation.Name };
            foreach (var api in callers.Values)
            {
                row.Add(await AskAsync(api, operation));
            }

            asked.Add(string.Join(' ', row));
        }

        foreach (var api in callers.Values)
        {
            api.Dispose();
        }

        // Both ways: a route that the table does not know fails as well as one that answers otherwise.
        asked.Except(Rows()).ShouldBeEmpty("asked, and not in the table");
        Rows().Except(asked).ShouldBeEmpty("in the table, and not so");
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/openapi.json")]
    public async Task The_documents_are_for_everybody(string path)
    {
        using var client = shared.Server.CreateClient();
        using var reply = await client.GetAsync(path);
        reply.IsSuccessStatusCode.ShouldBeTrue();
    }

    private static List<string> Rows() =>
        [
            .. Table
                .Split('\n')
                .Where(line => line.Length > 0 && !line.StartsWith('#'))
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];

    private static async Task<string> AskAsync(ApiClient api, Operation operation)
    {
        var address = operation.Address(name =>
            name == "study" ? SharedServer.Study : "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"
        );
        using var request = new HttpRequestMessage(operation.Method, address);
        using var reply = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return ((int)reply.StatusCode).ToString();
    }
}
