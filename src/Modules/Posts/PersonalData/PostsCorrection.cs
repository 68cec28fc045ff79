using System.Text.Json;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.PersonalData;

/// <summary>
/// Corrects a person's posts as part of his data: <c>{"posts": {ID: {"title": …, "body": …}}}</c>. A lock or a ban does not stand in the way: what is wrong about
/// oneself may always be put right.
/// </summary>
internal static class PostsCorrection
{
    private const int Most = 50;

    public static async Task<Problem?> ApplyAsync(
        IDatabase<PostsData> database,
        PostStore store,
        TimeProvider clock,
        Guid account,
        JsonElement patch,
        CancellationToken ct
    )
    {
        if (Read(patch, out var changes) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync(
            async unit =>
            {
                foreach (var (id, change) in changes)
                {
                    if (await PostRow.LockAsync(unit, id, ct) is not { } row || row.Author != account)
                    {
                        throw new ProblemException(
                            Problem.BadRequest(
                                "There is no such post of yours.",
                                new FieldError($"/posts/{id}", "The id of a post of yours.")
                            )
                        );
                    }

                    var before = new PostText(row.Title, row.Body, Visibility: Named.Read<Visibility>(row.Visibility));
                    var wanted = MergePatch<PostText>.Of(change).Apply(before);
                    var errors = wanted.Check().Select(e => e with { Pointer = $"/posts/{id}{e.Pointer}" }).ToList();
                    if (errors.Count > 0)
                    {
                        throw new ProblemException(Problem.BadRequest("The correction is not valid.", errors));
                    }

                    var after = row with
                    {
                        Title = wanted.Title,
                        Body = wanted.Body,
                        Html = PostStore.HtmlOf(wanted.Body),
                        Visibility = Named.Of(wanted.Visibility),
                        UpdatedAt = clock.GetUtcNow(),
                    };
                    await store.SaveAsync(unit, row, after, null, [], ct);
                    await unit.AuditAsync(new AuditEntry("post.corrected", account, id.ToString()), ct);
                }

                return (Problem?)null;
            },
            ct
        );
    }

    private static Problem? Read(JsonElement patch, out List<(Guid Id, JsonElement Change)> changes)
    {
        changes = [];
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Name != "posts" || member.Value.ValueKind != JsonValueKind.Object)
            {
                return Problem.BadRequest(
                    "This is not corrected here. Comments, reactions and follows are changed where they are.",
                    new FieldError(
                        JsonPointer.Member(JsonPointer.Root, member.Name),
                        "Only 'posts', an object of posts by id."
                    )
                );
            }

            foreach (var post in member.Value.EnumerateObject())
            {
                if (
                    !Guid.TryParse(post.Name, out var id)
                    || post.Value.ValueKind != JsonValueKind.Object
                    || changes.Count == Most
                )
                {
                    return Problem.BadRequest(
                        "The correction is not valid.",
                        new FieldError(
                            "/posts",
                            $"At most {Most} objects with 'title', 'body' and 'visibility', by the ids of posts."
                        )
                    );
                }

                changes.Add((id, post.Value));
            }
        }

        return null;
    }
}
