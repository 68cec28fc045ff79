using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Replies;

namespace Sillage.Traces.Studies;

/// <summary>Shows one study.</summary>
internal static class ReadStudy
{
    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/", HandleAsync)
            .WithSummary("Read a study")
            .WithDescription("Its fields, and what the caller may do in it. Players of the study may read it too.")
            .WithReplyExample(Examples.Study)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<StudyResource>> HandleAsync(
        string study,
        Caller caller,
        StudyDirectory directory,
        CancellationToken ct
    ) => Reply.Ok(StudyResource.Of(await directory.GetAsync(study, caller, ct), caller));
}
