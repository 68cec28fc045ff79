using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>Shows researchers where a participant stands.</summary>
internal static class ReadParticipantConsent
{
    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/participants/{participant}/consent", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("Read a participant's consent")
            .WithDescription("By number or pseudonym. Needs the right 'manage'.")
            .WithReplyExample(Examples.PaperConsent)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<ConsentState>> HandleAsync(
        string study,
        string participant,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var number = new ConsentParty(caller, participant).NumberIn(known);
        var last = await database.ReadAsync(r => ConsentRecord.LastAsync(r, known.Key, number, ct), ct);
        return Reply.Ok(ConsentState.Of(known, number, last, toResearcher: true));
    }
}
