using Microsoft.Extensions.Options;

namespace Sillage.Traces.Live;

/// <summary>Counts the live streams that are open, so that there is an end to them.</summary>
internal sealed class LiveStreams(IOptions<TracesOptions> options)
{
    private int _open;

    /// <summary>Takes a place.</summary>
    /// <returns>False if none is left; else <see cref="Leave"/> gives it back.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= options.Value.MaxLiveStreams)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);
}
