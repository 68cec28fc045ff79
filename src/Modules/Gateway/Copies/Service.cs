using Sillage.Hosting.Discovery;

namespace Sillage.Gateway.Copies;

/// <summary>A service and its copies.</summary>
internal sealed class Service
{
    private readonly GatewayOptions _options;
    private readonly TimeProvider _clock;
    private readonly int _parallel;
    private volatile IReadOnlyList<Copy> _copies;
    private int _underWay;

    public Service(string name, GatewayService service, GatewayOptions options, TimeProvider clock)
    {
        (Name, IsRequired, Discover) = (name, service.Required, service.Discover);
        (_options, _clock, _parallel) = (options, clock, service.Parallel);
        _copies =
        [
            .. service.Addresses.Select(
                (address, i) => NewCopy(new Uri(address), service.Weights.Count == 0 ? 1 : service.Weights[i])
            ),
        ];
    }

    /// <summary>What the settings call it.</summary>
    public string Name { get; }

    /// <summary>See <see cref="GatewayService.Required"/>.</summary>
    public bool IsRequired { get; }

    /// <summary>See <see cref="GatewayService.Discover"/>.</summary>
    public string? Discover { get; }

    /// <summary>The copies that there are, those that are leaving among them.</summary>
    public IReadOnlyList<Copy> Copies => _copies;

    /// <summary>The copies that are to be there.</summary>
    public IEnumerable<Copy> Expected => _copies.Where(copy => !copy.IsLeaving);

    /// <summary>Whether any copy has ever told what it answers.</summary>
    public bool IsKnown => Copies.Any(copy => copy.Description is not null);

    /// <summary>
    /// Takes over what discovery tells. A copy that it knew already stays the one it was; one that is told of no more gets no new work, and goes once nobody answers there.
    /// </summary>
    /// <returns>The copies that are new.</returns>
    public IReadOnlyList<Copy> Follow(IReadOnlyList<FoundCopy> found)
    {
        var known = _copies.ToDictionary(copy => copy.Address);
        var (all, added) = (new List<Copy>(), new List<Copy>());
        foreach (var one in found)
        {
            if (known.Remove(one.Address, out var copy))
            {
                (copy.Weight, copy.IsLeaving) = (one.Weight, false);
            }
            else
            {
                added.Add(copy = NewCopy(one.Address, one.Weight));
            }

            all.Add(copy);
        }

        foreach (var copy in known.Values)
        {
            copy.IsLeaving = true;
            if (copy.IsUp)
            {
                all.Add(copy);
            }
        }

        _copies = all;
        return added;
    }

    /// <summary>Takes room for one request more.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _underWay) <= _parallel)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives the room back.</summary>
    public void Leave() => Interlocked.Decrement(ref _underWay);

    /// <summary>The copy for a request.</summary>
    /// <param name="tag">Whose answer it was that this request goes on from; null for anybody's.</param>
    /// <param name="tried">Copies that have failed it already, which are taken only where there is no other.</param>
    /// <param name="mayTry">Whether the request can be sent again if this copy fails it.</param>
    /// <returns>Null if nobody is left.</returns>
    public Attempt? Choose(string? tag, IReadOnlyCollection<Copy> tried, bool mayTry)
    {
        var there = Copies.Where(copy => copy.IsUp).ToList();
        if (tag is not null && there.Find(copy => copy.Description?.Instance == tag) is { } own)
        {
            if (own.Breaker.IsClosed)
            {
                return new Attempt(own);
            }

            if (own.Breaker.TryTrial())
            {
                return new Attempt(own, IsTrial: true);
            }
        }

        there.RemoveAll(copy => copy.IsLeaving);

        // The one trial goes first where it costs nothing: else a copy that has mended would wait for the others to fail.
        var fresh = there.Except(tried).ToList();
        return (mayTry ? Trial(fresh) : null) ?? Least(fresh) ?? Trial(there) ?? Least(there);
    }

    /// <summary>Whether one copy more may be left out because it fails.</summary>
    public bool MayLeaveOut(Copy one) =>
        Expected.Count(copy => copy != one && !copy.Breaker.IsClosed) + 1 <= Expected.Count() * _options.MostLeftOut;

    private Copy NewCopy(Uri address, int weight) =>
        new(address, weight, new Breaker(_options.Failures, _options.Pause, _clock));

    private static Attempt? Trial(List<Copy> copies) =>
        copies.Find(copy => copy.Breaker.TryTrial()) is { } copy ? new Attempt(copy, IsTrial: true) : null;

    // Of equals any: the first in the list would get what is rare always.
    private static Attempt? Least(List<Copy> copies)
    {
        var closed = copies.Where(copy => copy.Breaker.IsClosed).ToList();
        var first = closed.Where(copy => copy.Weight > 0).ToList();
        var among = first.Count > 0 ? first : closed;
        return among.Count switch
        {
            0 => null,
            1 => new Attempt(among[0]),
            _ => new Attempt(among.OrderBy(copy => copy.Load).ThenBy(_ => Random.Shared.Next()).First()),
        };
    }
}
