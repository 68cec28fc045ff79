using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Whom and what to try the rules on.</summary>
/// <param name="Person">The user name of somebody; somebody without an account, if left out.</param>
/// <param name="Record">A record that is there; needed for all but <c>create</c>.</param>
/// <param name="New">A record as that person would create it.</param>
public sealed record RuleTrial(string? Person = null, Guid? Record = null, JsonElement? New = null);

/// <summary>What the rules would let somebody do.</summary>
/// <param name="Manages">Whether no rule holds for that person, who looks after the collection.</param>
/// <param name="Deeds">What would be allowed, and why.</param>
/// <param name="Sees">The fields that the person may know of.</param>
/// <param name="Sets">Those that the person may set.</param>
public sealed record RuleVerdicts(
    bool Manages,
    IReadOnlyList<RuleVerdict> Deeds,
    IReadOnlyList<string> Sees,
    IReadOnlyList<string> Sets
);

/// <summary>What a rule says.</summary>
/// <param name="Deed">What would be done: read, create, update or delete.</param>
/// <param name="Allowed">Whether it would be allowed; of <c>update</c>, with the record left as it is.</param>
/// <param name="Why">The part of the rule that decides.</param>
public sealed record RuleVerdict(string Deed, bool Allowed, string Why);

/// <summary>Says what the rules of a collection would let somebody do.</summary>
internal static class TryRules
{
    public static void Map(RouteGroupBuilder collection) =>
        collection
            .MapPost("/rules/try", Handle)
            .RequirePermission(CollectionsPermission.Declare)
            .RequireRight(CollectionRights.Change)
            .WithSummary("Try the rules of a collection")
            .WithDescription("Says for a person and a record what would be allowed, and why. Nothing is stored.")
            .WithRequestExample(new RuleTrial("student-1", new Guid("019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7")))
            .WithReplyExample(
                new RuleVerdicts(
                    false,
                    [new RuleVerdict("read", true, "The rule 'true' holds.")],
                    ["title", "price"],
                    ["title"]
                )
            )
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Reply<RuleVerdicts>, Problem>> Handle(
        FoundCollection found,
        Body<RuleTrial> body,
        IAccountDirectory directory,
        Permissions permissions,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var trial = body.Value;
        var viewer = Viewer.Nobody;
        if (trial.Person is { } name)
        {
            if (await directory.FindByUsernameAsync(name, ct) is not { } account)
            {
                return Problem.BadRequest("Nobody has this user name.", new FieldError("/person", "Is not known."));
            }

            var held = permissions.Of(account.Role);
            viewer = new Viewer(
                account.Id,
                account.Role,
                account.Username,
                held.Contains(CollectionsPermission.Manage.Name),
                held.Contains(CollectionsPermission.Declare.Name)
            );
        }

        var (plan, now) = (found.Plan, clock.GetUtcNow());
        var access = new Access(found.Known, viewer, now);
        var verdicts = new List<RuleVerdict>();
        if (trial.New is { } wanted)
        {
            var data = new RecordReader(plan, viewer, isXml: false).New(wanted);
            var time = Sillage.Schema.Rfc3339.ToMicroseconds(now);
            var row = new RecordRow(0, plan.Key, Guid.Empty, viewer.Id, 0, time, time, null, "");
            verdicts.Add(await CreationAsync(database, access, row, data, ct));
        }

        if (trial.Record is { } id)
        {
            var judged = await database.ReadAsync(
                async reader =>
                {
                    var row = await RecordRow.FindAsync(reader, plan.Key, id, ct);
                    return row is { DeletedAt: null }
                        ? await JudgeAsync(reader, access, row, row.Read(plan), ct)
                        : null;
                },
                ct
            );
            if (judged is null)
            {
                return Problem.BadRequest("There is no such record.", new FieldError("/record", "Is not there."));
            }

            verdicts.AddRange(judged);
        }

        return Reply.Ok(
            new RuleVerdicts(
                viewer.Manages(plan),
                verdicts,
                [.. plan.Fields.Where(field => viewer.Sees(plan, field)).Select(field => field.Name)],
                [.. plan.Fields.Where(field => viewer.Sets(plan, field)).Select(field => field.Name)]
            )
        );
    }

    private static async Task<List<RuleVerdict>> JudgeAsync(
        IReader reader,
        Access access,
        RecordRow row,
        RecordData data,
        CancellationToken ct
    )
    {
        var verdicts = new List<RuleVerdict>();
        foreach (var deed in new[] { Deed.Read, Deed.Update, Deed.Delete })
        {
            verdicts.Add(await JudgeAsync(reader, access, deed, row, data, ct));
        }

        return verdicts;
    }

    private static async Task<RuleVerdict> JudgeAsync(
        IReader reader,
        Access access,
        Deed deed,
        RecordRow row,
        RecordData data,
        CancellationToken ct
    )
    {
        var allowed = await access.AllowsAsync(reader, deed, row, data, ct);
        return new RuleVerdict(
            deed.ToString().ToLowerInvariant(),
            allowed,
            await WhyAsync(reader, access, deed, row, data, allowed, ct)
        );
    }

    // A record that is not stored has no relations in the database yet: it is stored for a moment, in a unit that is given up.
    private static async Task<RuleVerdict> CreationAsync(
        IDatabase<CollectionsData> database,
        Access access,
        RecordRow row,
        RecordData data,
        CancellationToken ct
    )
    {
        RuleVerdict? verdict = null;
        try
        {
            await database.WriteAsync<bool>(
                async unit =>
                {
                    var stored = await RecordStore.InsertAsync(unit, row with { Id = Guid.CreateVersion7() }, data, ct);
                    verdict = await JudgeAsync(unit, access, Deed.Create, stored, data, ct);
                    throw new GivenUpException();
                },
                ct
            );
        }
        catch (GivenUpException)
        {
            // As it was meant to be.
        }

        return verdict!;
    }

    private static async Task<string> WhyAsync(
        IReader reader,
        Access access,
        Deed deed,
        RecordRow row,
        RecordData data,
        bool allowed,
        CancellationToken ct
    )
    {
        var plan = access.Known.Main;
        if (access.Viewer.Manages(plan))
        {
            return "No rule holds for whoever looks after the collection.";
        }

        if (Access.TextOf(deed, plan) is not { } text)
        {
            return "There is no rule, so nobody may.";
        }

        // Of several conditions that all have to hold, the first that does not is the reason.
        foreach (var part in allowed ? [] : Parser.Conditions(text))
        {
            var test = Checker.CheckRule(part, plan, access.Known.All, out _);
            if (test is not null && !await access.HoldsAsync(reader, test, row, data, ct))
            {
                return $"'{part}' does not hold.";
            }
        }

        return $"The rule '{text}' {(allowed ? "holds" : "does not hold")}.";
    }
}
