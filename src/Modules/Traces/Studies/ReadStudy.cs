using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;

namespace Sillage.Traces.Studies;

/// <summary>Shows one study.</summary>
internal static class ReadStudy
{
    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/", Handle)
            .WithSummary("Read a study")
            .WithDescription("Its fields, and what the caller may do in it. Players of the study may read it too.")
            .WithReplyExample(StudyResource.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static Reply<StudyResource> Handle(Study study, Caller caller) => Reply.Ok(StudyResource.Of(study, caller));
}
