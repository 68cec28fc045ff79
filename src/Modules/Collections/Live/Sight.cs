using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Records;

namespace Sillage.Collections.Live;

/// <summary>
/// What somebody sees of a collection. To all who see the same, a change is read and written once: those whom no rule tells apart, and who see the same fields, see the same.
/// </summary>
/// <param name="Collection">The collection's key.</param>
/// <param name="Revision">As it was declared.</param>
/// <param name="Fields">The places of the fields that are seen.</param>
/// <param name="Filter">Which records.</param>
/// <param name="Viewer">Who sees it, where rules or the filter are about that; null where they are not.</param>
internal sealed record Sight(long Collection, long Revision, string Fields, string Filter, Viewer? Viewer)
{
    public static Sight Of(Known known, Viewer viewer, string filter, Test? test)
    {
        var plan = known.Main;
        var rule = new Access(known, viewer, DateTimeOffset.UnixEpoch).RuleOf(Deed.Read);
        var isOwn = rule is not Truth { Value: true } || (test is not null && IsAboutMe(test));
        var seen = plan.Fields.Where(field => viewer.Sees(plan, field)).Select(field => field.Ordinal);
        return new Sight(plan.Key, plan.Revision, string.Join(',', seen), filter, isOwn ? viewer : null);
    }

    private static bool IsAboutMe(Test test) =>
        test switch
        {
            All all => all.Of.Any(IsAboutMe),
            Any any => any.Of.Any(IsAboutMe),
            Not not => IsAboutMe(not.Inner),
            Related related => IsAboutMe(related.Inner),
            Compare compare => compare.Left is Me || compare.Right is Me,
            HasItem has => has.Item is Me,
            Missing missing => missing.Value is Me,
            _ => false,
        };
}
