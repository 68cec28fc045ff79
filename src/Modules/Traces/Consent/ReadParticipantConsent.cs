using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>Shows researchers where a participant stands.</summary>
internal static class ReadParticipantConsent
{
    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/participants/{participant}/consent", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Read a participant's consent")
            .WithDescription("By number or pseudonym.")
            .WithReplyExample(ConsentState.PaperExample)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<ConsentState>> Handle(
        Study study,
        string participant,
        Caller caller,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var number = new ConsentParty(caller, participant).NumberIn(study);
        var last = await database.ReadAsync(r => ConsentRecord.LastAsync(r, study.Key, number, ct), ct);
        return Reply.Ok(ConsentState.Of(study, number, last, toResearcher: true));
    }
}
