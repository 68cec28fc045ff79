using System.Runtime.InteropServices;

namespace Sillage.Hosting.Limits;

/// <summary>How many of something each one has at once, and no more than its share. Who has none is not remembered.</summary>
internal sealed class Shares<TKey>(int most)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, int> _taken = [];

    /// <summary>How many each one may have.</summary>
    public int Most => most;

    /// <summary>Takes one more; <see cref="GiveBack"/> gives it back.</summary>
    /// <returns>False if the share is used up.</returns>
    public bool TryTake(TKey key)
    {
        lock (_gate)
        {
            // None is remembered that is refused: the most is at least one.
            ref var taken = ref CollectionsMarshal.GetValueRefOrAddDefault(_taken, key, out _);
            if (taken >= most)
            {
                return false;
            }

            taken++;
            return true;
        }
    }

    public void GiveBack(TKey key)
    {
        lock (_gate)
        {
            if (_taken[key] == 1)
            {
                _taken.Remove(key);
            }
            else
            {
                _taken[key]--;
            }
        }
    }
}
