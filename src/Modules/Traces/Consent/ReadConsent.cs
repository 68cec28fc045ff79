using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>Shows what a study asks its participants to agree to, and where the caller stands.</summary>
internal static class ReadConsent
{
    /// <summary>What is asked.</summary>
    /// <param name="Required">Whether traces are taken of those only who agreed.</param>
    /// <param name="Version">The current version.</param>
    /// <param name="Text">What one agrees to.</param>
    /// <param name="Url">Where more is said.</param>
    /// <param name="Renew">Whether consent to earlier versions does not hold any longer.</param>
    /// <param name="Yours">Where the caller stands, if he is a participant.</param>
    /// <param name="Links">Where to go from here.</param>
    public sealed record Response(
        bool Required,
        long Version,
        string Text,
        string? Url,
        bool Renew,
        ConsentState? Yours,
        Links Links
    );

    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/consent", HandleAsync)
            .WithSummary("Read what consent is asked for")
            .WithDescription(
                "The current version of what participants are asked to agree to, and the caller's own state."
            )
            .WithReplyExample(Examples.Consent)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<Response>> HandleAsync(
        string study,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, ct);
        var terms = ConsentParty.TermsOf(known).Terms;
        ConsentState? yours = null;
        if (known.NumberOf(caller) is { } number)
        {
            var last = await database.ReadAsync(r => ConsentRecord.LastAsync(r, known.Key, number, ct), ct);
            yours = ConsentState.Of(known, number, last, toResearcher: false);
        }

        var self = StudyResource.AddressOf(study);
        return Reply.Ok(
            new Response(
                terms.Required,
                terms.Version,
                terms.Text,
                terms.Url,
                terms.Renew is true,
                yours,
                new Links(self + "/consent") { ["study"] = self }
            )
        );
    }
}
