using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>Shows what a study asks its participants to agree to, and where the caller stands.</summary>
internal static class ReadConsent
{
    internal static readonly Response Example = new(
        Required: true,
        3,
        StudyResource.Example.Consent!.Text,
        StudyResource.Example.Consent.Url,
        Renew: true,
        ConsentState.OwnExample,
        new Links("/api/v1/studies/java-quest/consent") { ["study"] = "/api/v1/studies/java-quest" }
    );

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
            .MapGet("/consent", Handle)
            .WithSummary("Read what consent is asked for")
            .WithDescription(
                "The current version of what participants are asked to agree to, and the caller's own state."
            )
            .WithReplyExample(ReadConsent.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<Response>> Handle(
        Study study,
        Caller caller,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var terms = ConsentParty.TermsOf(study).Terms;
        ConsentState? yours = null;
        if (study.NumberOf(caller) is { } number)
        {
            var last = await database.ReadAsync(r => ConsentRecord.LastAsync(r, study.Key, number, ct), ct);
            yours = ConsentState.Of(study, number, last, toResearcher: false);
        }

        var self = StudyResource.AddressOf(study.Slug);
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
