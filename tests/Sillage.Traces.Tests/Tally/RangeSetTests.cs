using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Sillage.Traces.Tally;
using Xunit;

namespace Sillage.Traces.Tests.Tally;

public sealed class RangeSetTests
{
    // Close together, so that ranges meet, and at both ends of what there is.
    private static readonly Gen<long> Number = Gen.OneOf(
        Gen.Choose(-5, 30).Select(n => (long)n),
        Gen.Elements(long.MinValue, long.MinValue + 1, long.MaxValue - 1, long.MaxValue)
    );

    private static readonly Gen<IList<long>> Numbers = Number.ListOf().Select(IList<long> (l) => [.. l]);

    [Fact]
    public void A_set_holds_what_was_put_in()
    {
        Prop.ForAll(
                Numbers.ToArbitrary(),
                numbers =>
                {
                    var (set, known) = (new RangeSet(), new SortedSet<long>());
                    foreach (var number in numbers)
                    {
                        set.Add(number).ShouldBe(known.Add(number));
                    }

                    MembersOf(set).ShouldBe(known);
                    set.Count.ShouldBe(known.Count);
                    MembersOf(RangeSet.FromBytes(set.ToBytes())).ShouldBe(known);
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Union_and_intersection_are_those_of_sets()
    {
        Prop.ForAll(
                Numbers.ToArbitrary(),
                Numbers.ToArbitrary(),
                (a, b) =>
                {
                    MembersOf(RangeSet.Union(SetOf(a), SetOf(b))).ShouldBe(a.Union(b).Order());
                    MembersOf(RangeSet.Intersection(SetOf(a), SetOf(b))).ShouldBe(a.Intersect(b).Order());
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Gaps_are_what_lies_between()
    {
        SetOf([1, 2, 3, 7, 9, 10]).Gaps().ShouldBe([new NumberRange(4, 6), new NumberRange(8, 8)]);
        new NumberRange(4, 6).Count.ShouldBe(3);
        SetOf([long.MinValue, long.MaxValue]).Gaps().ShouldHaveSingleItem().Count.ShouldBe(long.MaxValue);
        new RangeSet().Gaps().ShouldBeEmpty();
    }

    [Fact]
    public void A_set_in_too_many_pieces_is_given_up_and_stays_so()
    {
        var set = new RangeSet();
        for (var number = 0L; number <= RangeSet.MaximumRanges; number++)
        {
            set.IsGivenUp.ShouldBeFalse();
            set.Add(number * 2);
        }

        set.IsGivenUp.ShouldBeTrue();
        set.Add(1);
        set.Ranges.ShouldBeEmpty();
        RangeSet.FromBytes(set.ToBytes()).IsGivenUp.ShouldBeTrue();
        RangeSet.Union(SetOf([1]), set).IsGivenUp.ShouldBeTrue();
    }

    private static RangeSet SetOf(IEnumerable<long> numbers)
    {
        var set = new RangeSet();
        foreach (var number in numbers)
        {
            set.Add(number);
        }

        return set;
    }

    // The ranges have to be in order, and apart from each other.
    private static List<long> MembersOf(RangeSet set)
    {
        var members = new List<long>();
        Int128 last = (Int128)long.MinValue - 2;
        foreach (var (from, to) in set.Ranges)
        {
            ((Int128)from).ShouldBeGreaterThan(last + 1);
            for (var number = (Int128)from; number <= to; number++)
            {
                members.Add((long)number);
            }

            last = to;
        }

        return members;
    }
}
