using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests;

/// <summary>How much of the server's memory may be taken by bodies that are being read or worked on.</summary>
/// <param name="Bytes">All together, in bytes.</param>
/// <param name="BytesPerAccount">Those of one account, in bytes; one body alone may have more.</param>
/// <param name="PerAccount">How many of one account at once.</param>
/// <param name="Unpacking">How long a compressed one may take to come and be unpacked.</param>
public sealed record BodyRoom(long Bytes, long BytesPerAccount, int PerAccount, TimeSpan Unpacking);

/// <summary>
/// Keeps the books of the bodies in memory: what is unpacked is charged while it is read, before the memory is taken, and given back
/// when the request is over. Bodies up to <see cref="Free"/> are not looked at: they cost less than the connection that they come by.
/// </summary>
public sealed class BodyBudget(BodyRoom room)
{
    /// <summary>The buffer of a body that costs nothing, in bytes.</summary>
    public const int Free = 16 * 1024;

    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(2);

    private static readonly object Key = new();

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Share> _shares = [];
    private long _bytes;

    /// <summary>How long a compressed body may take to come and be unpacked.</summary>
    public TimeSpan Unpacking => room.Unpacking;

    /// <summary>What is taken now, in bytes.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Takes so many bytes more for the body of a request, until its end.</summary>
    /// <exception cref="ProblemException">429: the account has too much under way; 503: all together have.</exception>
    public static void Take(HttpContext context, long bytes)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Items.TryGetValue(Key, out var kept))
        {
            // Whoever is nobody shares with all who are: what is open to strangers takes no body of this size.
            var account = context.Features.Get<Caller>()?.Id ?? Guid.Empty;
            var hold = new Hold(context.RequestServices.GetRequiredService<BodyBudget>(), account);
            context.Items[Key] = kept = hold;
            context.Response.RegisterForDispose(hold);
        }

        ((Hold)kept!).Take(bytes);
    }

    private Problem? TryTake(Guid account, long bytes, bool isFirst)
    {
        lock (_gate)
        {
            ref var share = ref CollectionsMarshal.GetValueRefOrAddDefault(_shares, account, out _);
            var bodies = share.Bodies + (isFirst ? 1 : 0);
            var problem =
                bodies > room.PerAccount || (bodies > 1 && share.Bytes + bytes > room.BytesPerAccount)
                    ? Problem.TooManyRequests(
                        $"Your account sends too much at once: up to {room.PerAccount} bodies of more than {Free} bytes, together {room.BytesPerAccount} bytes when unpacked. Nothing of this one was stored; send it again when another one is answered, with the same ids or the same Idempotency-Key.",
                        ComeBack
                    )
                : _bytes + bytes > room.Bytes
                    ? Problem.Unavailable(
                        "The server is reading as much as it has memory for. Nothing of this was stored; send it again later with the same ids or the same Idempotency-Key, or in smaller parts.",
                        ComeBack
                    )
                : null;
            if (problem is null)
            {
                _bytes += bytes;
                share = new Share(bodies, share.Bytes + bytes);
            }
            else if (share.Bodies == 0)
            {
                _shares.Remove(account);
            }

            return problem;
        }
    }

    private void GiveBack(Guid account, long bytes)
    {
        lock (_gate)
        {
            _bytes -= bytes;
            var share = _shares[account];
            if (share.Bodies == 1)
            {
                _shares.Remove(account);
            }
            else
            {
                _shares[account] = new Share(share.Bodies - 1, share.Bytes - bytes);
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Share(int Bodies, long Bytes);

    /// <summary>What one request holds.</summary>
    private sealed class Hold(BodyBudget budget, Guid account) : IDisposable
    {
        private long _bytes;
        private bool _isCounted;

        public void Take(long bytes)
        {
            if (budget.TryTake(account, bytes, isFirst: !_isCounted) is { } problem)
            {
                throw new ProblemException(problem);
            }

            _isCounted = true;
            _bytes += bytes;
        }

        public void Dispose()
        {
            if (_isCounted)
            {
                _isCounted = false;
                budget.GiveBack(account, _bytes);
            }
        }
    }
}

/// <summary>One buffer that a body is read into: told of each size it gets, it takes what is more than before from the budget.</summary>
public struct BodyBuffer(HttpContext context)
{
    private int _taken;

    /// <summary>The buffer is about to have this many bytes.</summary>
    /// <exception cref="ProblemException">429 or 503: there is no room for it.</exception>
    public void GrowTo(int bytes)
    {
        if (bytes > BodyBudget.Free && bytes > _taken)
        {
            BodyBudget.Take(context, bytes - _taken);
            _taken = bytes;
        }
    }
}
