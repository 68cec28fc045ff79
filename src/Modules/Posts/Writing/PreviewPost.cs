using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;

namespace Sillage.Posts.Writing;

/// <summary>A text to see as it would be shown.</summary>
/// <param name="Body">Markdown, 1 to 50 000 characters.</param>
public sealed record TextToPreview([property: Required, StringLength(50_000, MinimumLength = 1)] string Body);

/// <summary>A text as it would be shown.</summary>
/// <param name="Html">HTML that is safe to put into a page.</param>
public sealed record TextPreview(string Html);

/// <summary>Shows what Markdown becomes, and stores nothing.</summary>
internal static class PreviewPost
{
    public static void Map(RouteGroupBuilder posts) =>
        posts
            .MapPost("/preview", Handle)
            .RequirePermission(PostsPermission.Write)
            .WithSummary("See a text as it would be shown")
            .WithDescription("What the Markdown of a post or a comment becomes. Nothing is stored, and nobody told.")
            .WithRequestExample(new TextToPreview("Four of us on the *lake*."))
            .WithReplyExample(new TextPreview("<p>Four of us on the <em>lake</em>.</p>"));

    private static Reply<TextPreview> Handle(Body<TextToPreview> body) =>
        Reply.Ok(new TextPreview(PostStore.HtmlOf(body.Value.Body)));
}
