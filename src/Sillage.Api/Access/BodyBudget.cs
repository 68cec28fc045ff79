using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Problems;

namespace Sillage.Api.Access;

/// <summary>How much of the server's memory may be taken by bodies that are being read or worked on, and by replies on their way.</summary>
/// <param name="Bytes">All together, in bytes.</param>
/// <param name="BytesPerAccount">Those of one account, in bytes; one body alone may have more.</param>
/// <param name="PerAccount">How many of one account at once.</param>
/// <param name="Unpacking">How long a compressed one may take to come and be unpacked.</param>
/// <param name="StrangerAt">What stands for strangers at an address in place of an account.</param>
public sealed record BodyRoom(
    long Bytes,
    long BytesPerAccount,
    int PerAccount,
    TimeSpan Unpacking,
    Func<HttpContext, Guid> StrangerAt
);

/// <summary>
/// Keeps the books of the bodies in memory: what is unpacked is charged while it is read, before the memory is taken, and given back
/// when the request is over. So is what is read, as long as its reader takes to fetch it. What has up to <see cref="Free"/> is not looked at: it costs less than its connection.
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
        HoldOf(context).Take(bytes, isBody: true);
    }

    /// <summary>Takes so many bytes for the reply of a request that reads, until its end.</summary>
    /// <returns>429 or 503 where there is no room for it.</returns>
    public static Problem? TakeForReply(HttpContext context, long bytes)
    {
        ArgumentNullException.ThrowIfNull(context);
        return bytes <= Free ? null : HoldOf(context).TryTake(bytes, isBody: false);
    }

    private static Hold HoldOf(HttpContext context)
    {
        if (context.Items.TryGetValue(Key, out var kept))
        {
            return (Hold)kept!;
        }

        var budget = context.RequestServices.GetRequiredService<BodyBudget>();
        var hold = new Hold(budget, context.Features.Get<Caller>()?.Id ?? budget.StrangerAt(context));
        context.Items[Key] = hold;
        context.Response.RegisterForDispose(hold);
        return hold;
    }

    private Guid StrangerAt(HttpContext context) => room.StrangerAt(context);

    private Problem? TryTake(Guid account, long bytes, bool isFirst, bool isBody)
    {
        lock (_gate)
        {
            ref var share = ref CollectionsMarshal.GetValueRefOrAddDefault(_shares, account, out _);
            var held = share.Held + (isFirst ? 1 : 0);
            var bodies = share.Bodies + (isFirst && isBody ? 1 : 0);
            var problem =
                bodies > room.PerAccount || (held > 1 && share.Bytes + bytes > room.BytesPerAccount)
                    ? Problem.TooManyRequests(
                        !isBody
                            ? $"You read too much at once: replies together come to at most {room.BytesPerAccount} bytes. Ask again when another one has arrived, or for shorter pages."
                            : $"Your account sends too much at once: up to {room.PerAccount} bodies of more than {Free} bytes, together {room.BytesPerAccount} bytes when unpacked. Nothing of this one was stored; send it again when another one is answered, with the same ids or the same Idempotency-Key.",
                        ComeBack
                    )
                : _bytes + bytes > room.Bytes
                    ? Problem.Unavailable(
                        !isBody
                            ? "The server is sending as much as it has memory for. Ask again later, or for shorter pages."
                            : "The server is reading as much as it has memory for. Nothing of this was stored; send it again later with the same ids or the same Idempotency-Key, or in smaller parts.",
                        ComeBack
                    )
                : null;
            if (problem is null)
            {
                _bytes += bytes;
                share = new Share(held, bodies, share.Bytes + bytes);
            }
            else if (share.Held == 0)
            {
                _shares.Remove(account);
            }

            return problem;
        }
    }

    private void GiveBack(Guid account, long bytes, bool isBody)
    {
        lock (_gate)
        {
            _bytes -= bytes;
            var share = _shares[account];
            if (share.Held == 1)
            {
                _shares.Remove(account);
            }
            else
            {
                _shares[account] = new Share(share.Held - 1, share.Bodies - (isBody ? 1 : 0), share.Bytes - bytes);
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Share(int Held, int Bodies, long Bytes);

    /// <summary>What one request holds.</summary>
    private sealed class Hold(BodyBudget budget, Guid account) : IDisposable
    {
        private long _bytes;
        private bool _isCounted;
        private bool _isBody;

        public void Take(long bytes, bool isBody)
        {
            if (TryTake(bytes, isBody) is { } problem)
            {
                throw new ProblemException(problem);
            }
        }

        public Problem? TryTake(long bytes, bool isBody)
        {
            if (budget.TryTake(account, bytes, isFirst: !_isCounted, isBody) is { } problem)
            {
                return problem;
            }

            _isBody = _isCounted ? _isBody : isBody;
            _isCounted = true;
            _bytes += bytes;
            return null;
        }

        public void Dispose()
        {
            if (_isCounted)
            {
                _isCounted = false;
                budget.GiveBack(account, _bytes, _isBody);
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
