using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Tags;

/// <summary>Another name for a tag.</summary>
/// <param name="Name">The name, 1 to 50 characters.</param>
public sealed record TagChange([property: Required, StringLength(50, MinimumLength = 1)] string Name);

/// <summary>The tag that another one becomes.</summary>
/// <param name="Into">Its name, in any form.</param>
public sealed record TagMerge([property: Required, StringLength(50, MinimumLength = 1)] string Into);

/// <summary>Renames a tag, and merges one into another. What was known by the old name is known by the new one from then on.</summary>
internal static class ChangeTag
{
    private static readonly Sql LockTags = new(
        "SELECT key FROM tag WHERE key IN @Keys",
        "SELECT key FROM tag WHERE key = ANY(@Keys) ORDER BY key FOR UPDATE"
    );

    private static readonly string[] Move =
    [
        """
            INSERT INTO post_tag (post, tag) SELECT post, @To FROM post_tag WHERE tag = @From ON CONFLICT DO NOTHING
            """,
        "DELETE FROM post_tag WHERE tag = @From",
        """
            INSERT INTO tag_follow (follower, tag) SELECT follower, @To FROM tag_follow WHERE tag = @From ON CONFLICT DO NOTHING
            """,
        "DELETE FROM tag_follow WHERE tag = @From",
        "UPDATE tag SET merged = @To, posts = 0 WHERE key = @From OR merged = @From",
        """
            UPDATE tag SET merged = NULL, posts = (SELECT COUNT(*) FROM post_tag pt JOIN post p ON p.key = pt.post
              WHERE pt.tag = @To AND p.listed AND p.visibility IN ('members', 'public'))
            WHERE key = @To
            """,
    ];

    private const string Add = "INSERT INTO tag (key, name) VALUES (@Key, @Name) ON CONFLICT DO NOTHING";

    private const string Name = "UPDATE tag SET name = @Name WHERE key = @Key";

    public static void Map(RouteGroupBuilder tags)
    {
        tags.MapPatch("/{tag}", Handle)
            .RequirePermission(PostsPermission.Moderate)
            .WithSummary("Rename a tag")
            .WithDescription("Its posts and followers stay with it, and the name before leads to it.")
            .WithRequestExample(new TagChange("Rowing"))
            .WithReplyExample(Tag.Example)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );
        tags.MapPost("/{tag}/merge", Merge)
            .RequirePermission(PostsPermission.Moderate)
            .WithSummary("Merge a tag into another")
            .WithDescription("Its posts and followers go to the other one, and its name leads there.")
            .WithRequestExample(new TagMerge("rowing"))
            .WithReplyExample(Tag.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Reply<Tag>, Problem>> Handle(
        string tag,
        MergePatch<TagChange> patch,
        Precondition precondition,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) =>
        await database.WriteAsync<Results<Reply<Tag>, Problem>>(
            async unit =>
            {
                if (await TagRow.FindAsync(unit, tag, ct) is not { } row)
                {
                    return Problem.NotFound("There is no such tag.");
                }

                precondition.Check(Tag.Of(row));
                if (TagName.Parse(patch.Apply(new TagChange(row.Name)).Name) is not { } wanted)
                {
                    return Problem.BadRequest("The name is not valid.", new FieldError("/name", TagName.Rule));
                }

                if (wanted.Key != row.Key)
                {
                    if (await TagRow.FindAsync(unit, wanted.Key, ct) is { } other && other.Key != row.Key)
                    {
                        return Problem.Conflict($"There is a tag '{other.Name}'. Merge the two.");
                    }

                    await unit.ExecuteAsync(Add, wanted, ct);
                    await MoveAsync(unit, row.Key, wanted.Key, caller, ct);
                }

                await unit.ExecuteAsync(Name, wanted, ct);
                return Reply.Ok(Tag.Of((await TagRow.FindAsync(unit, wanted.Key, ct))!));
            },
            ct
        );

    private static async Task<Results<Reply<Tag>, Problem>> Merge(
        string tag,
        Body<TagMerge> body,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) =>
        await database.WriteAsync<Results<Reply<Tag>, Problem>>(
            async unit =>
            {
                if (await TagRow.FindAsync(unit, tag, ct) is not { } from)
                {
                    return Problem.NotFound("There is no such tag.");
                }

                if (await TagRow.FindAsync(unit, body.Value.Into, ct) is not { } into)
                {
                    return Problem.BadRequest(
                        "There is no tag to merge into.",
                        new FieldError("/into", "The name of a tag that there is.")
                    );
                }

                if (from.Key == into.Key)
                {
                    return Problem.Conflict("They are one tag already.");
                }

                await MoveAsync(unit, from.Key, into.Key, caller, ct);
                return Reply.Ok(Tag.Of((await TagRow.FindAsync(unit, into.Key, ct))!));
            },
            ct
        );

    private static async Task MoveAsync(IUnitOfWork unit, string from, string to, Caller caller, CancellationToken ct)
    {
        await unit.QueryAsync<string>(LockTags, new { Keys = new[] { from, to } }, ct);
        foreach (var statement in Move)
        {
            await unit.ExecuteAsync(statement, new { From = from, To = to }, ct);
        }

        var details = JsonSerializer.Serialize(new { into = to }, Json.Options);
        await unit.AuditAsync(new AuditEntry("tag.merged", caller.Id, from, details), ct);
    }
}
