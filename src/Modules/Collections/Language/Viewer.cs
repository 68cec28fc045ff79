using Sillage.Collections.Declared;

namespace Sillage.Collections.Language;

/// <summary>Who asks, as rules see them.</summary>
/// <param name="Id">The account; null for somebody without one.</param>
/// <param name="Role">Its role.</param>
/// <param name="Username">Its user name.</param>
/// <param name="ManagesAll">Whether rules do not hold for them, in any collection.</param>
/// <param name="Declares">Whether rules do not hold for them in collections of their own.</param>
internal sealed record Viewer(Guid? Id, string? Role, string? Username, bool ManagesAll, bool Declares)
{
    /// <summary>The form in which they ask.</summary>
    public CollectionForm Form { get; init; }

    public static Viewer Nobody { get; } = new(null, null, null, false, false);

    /// <summary>Whether they look after a collection: then no rule holds for them there.</summary>
    public bool Manages(CollectionPlan plan) => ManagesAll || (Declares && Id is not null && plan.Owner == Id);

    /// <summary>Whether they may know of a field.</summary>
    public bool Sees(CollectionPlan plan, FieldPlan field) =>
        Manages(plan) || (field.Field.Hidden is not true && Holds(field.Field.See));

    /// <summary>Whether they may set a field that they see.</summary>
    public bool Sets(CollectionPlan plan, FieldPlan field) =>
        Manages(plan) || (field.Field.Hidden is not true && Holds(field.Field.Set) && Holds(field.Field.See));

    /// <summary>Whether a rule that is about them only holds.</summary>
    public bool Holds(string? rule)
    {
        if (rule is null)
        {
            return true;
        }

        // What is stored was checked when it was declared.
        var test = Checker.CheckAboutMe(rule, out var fault) ?? throw new InvalidOperationException(fault!.ToString());
        return new Interpreter(this, DateTimeOffset.UnixEpoch).Holds(test, NoRecord.Instance);
    }
}
