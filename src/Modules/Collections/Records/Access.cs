using System.Globalization;
using Dapper;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>What somebody does with a record.</summary>
internal enum Deed
{
    Read,
    Create,
    Update,
    Delete,
}

/// <summary>Judges by the rules of a collection.</summary>
internal sealed class Access(Known known, Viewer viewer, DateTimeOffset now)
{
    private readonly Interpreter _interpreter = new(viewer, now);

    public Known Known => known;

    public Viewer Viewer => viewer;

    public Interpreter Interpreter => _interpreter;

    /// <summary>The rule for a deed; true for who looks after the collection, false where there is none.</summary>
    public Test RuleOf(Deed deed) => RuleOf(deed, known.Main);

    /// <summary>The same in a collection that a relation leads to.</summary>
    public Test RuleOf(Deed deed, CollectionPlan plan)
    {
        var text = TextOf(deed, plan);
        return viewer.Manages(plan) ? new Truth(true)
            : text is null ? new Truth(false)
            // A collection that it led to may be gone since it was declared: then the rule lets nobody.
            : Checker.CheckRule(text, plan, known.All, out _) ?? new Truth(false);
    }

    /// <summary>The rule for a deed as it was written.</summary>
    public static string? TextOf(Deed deed, CollectionPlan plan) =>
        deed switch
        {
            Deed.Read => plan.Rules.Read,
            Deed.Create => plan.Rules.Create,
            Deed.Update => plan.Rules.Update,
            _ => plan.Rules.Delete,
        };

    /// <summary>Whether the rule for a deed holds of a record that is stored.</summary>
    public Task<bool> AllowsAsync(IReader reader, Deed deed, RecordRow row, RecordData data, CancellationToken ct) =>
        HoldsAsync(reader, RuleOf(deed), row, data, ct);

    /// <summary>Whether a test holds of a record that is stored.</summary>
    public async Task<bool> HoldsAsync(IReader reader, Test test, RecordRow row, RecordData data, CancellationToken ct)
    {
        if (!GoesOverRelation(test))
        {
            return _interpreter.Holds(test, new RowValues(row, data));
        }

        var parameters = new DynamicParameters();
        var condition = new SqlWriter(reader.Dialect, _interpreter, parameters).Write(test);
        var key = row.Key.ToString(CultureInfo.InvariantCulture);
        return await reader.ScalarAsync<long>(
                $"SELECT COUNT(*) FROM record r WHERE r.key = {key} AND {condition}",
                parameters,
                ct
            ) > 0;
    }

    /// <summary>403, or 401 for somebody without an account.</summary>
    public Problem Denied(Deed deed) =>
        viewer.Id is null
            ? Problem.Unauthorized("This needs a credential: an access token, a user name and password, or an API key.")
            : Problem.Forbidden(
                $"The rules of the collection '{known.Main.Address}' do not let you {deed.ToString().ToLowerInvariant()} this."
            );

    private static bool GoesOverRelation(Test test) =>
        test switch
        {
            All all => all.Of.Any(GoesOverRelation),
            Any any => any.Of.Any(GoesOverRelation),
            Not not => GoesOverRelation(not.Inner),
            Related => true,
            _ => false,
        };
}
