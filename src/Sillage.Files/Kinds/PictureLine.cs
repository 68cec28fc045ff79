namespace Sillage.Files.Kinds;

/// <summary>
/// The line before the encoder: a picture of forty million pixels takes hundreds of megabytes while it is encoded, and its file may be of a few
/// kilobytes. So there are few at once, and of one account one, whose others let those of the next account pass.
/// </summary>
internal sealed class PictureLine(int places) : IDisposable
{
    // Accounts share these; who shares one with somebody busy waits for him at worst.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];
    private readonly SemaphoreSlim _places = new(places);

    /// <summary>Waits until it is the account's turn, which ends when what is given is disposed.</summary>
    public async ValueTask<IDisposable> EnterAsync(Guid account, CancellationToken ct)
    {
        var turn = _turns[(uint)account.GetHashCode() % _turns.Length];
        await turn.WaitAsync(ct);
        try
        {
            await _places.WaitAsync(ct);
        }
        catch
        {
            turn.Release();
            throw;
        }

        return new Place(turn, _places);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _places.Dispose();
        Array.ForEach(_turns, turn => turn.Dispose());
    }

    private sealed class Place(SemaphoreSlim turn, SemaphoreSlim places) : IDisposable
    {
        public void Dispose()
        {
            places.Release();
            turn.Release();
        }
    }
}
