namespace Sillage.Accounts.Contracts.PersonalData;

/// <summary>
/// Every erasure that was asked for, by the account's id, or by a module's own name for a part of what it keeps, and nothing
/// else of the person. The list outlives a restore, which
/// applies it to what came back. Whoever erases records it first: then a crash, or a restore right after it, cannot lose it.
/// </summary>
public interface IErasureList
{
    /// <summary>Writes down that an erasure is about to be made. Until it is marked as applied, every start applies it.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="form">What becomes of the records.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The erasure's id, under which its progress can be read.</returns>
    Task<Guid> RecordAsync(Guid accountId, ErasureForm form, CancellationToken ct);

    /// <summary>The same for a part of what a person has in one module, which need not lead to the account.</summary>
    /// <param name="section">The module's section, <see cref="IPersonalData.Section"/>.</param>
    /// <param name="part">The module's own name of the part; no personal data.</param>
    /// <param name="form">What becomes of the records.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The erasure's id, under which its progress can be read.</returns>
    Task<Guid> RecordPartAsync(string section, string part, ErasureForm form, CancellationToken ct);

    /// <summary>The erasure is durable: each module has done it, or will.</summary>
    Task MarkAppliedAsync(Guid id, CancellationToken ct);

    /// <summary>The erasure was refused after all.</summary>
    Task WithdrawAsync(Guid id, CancellationToken ct);
}

/// <summary>Erases what is on the list.</summary>
public static class ListedErasure
{
    /// <summary>Erases, and then marks the erasure as applied; takes it off the list if it failed and nothing was erased.</summary>
    /// <param name="list">The list.</param>
    /// <param name="id">The erasure, recorded just now.</param>
    /// <param name="erase">Erases, durably once it returns.</param>
    /// <param name="isErased">Whether it was done: of a commit that broke off, that may not be known.</param>
    public static async Task EraseAsync(
        this IErasureList list,
        Guid id,
        Func<Task> erase,
        Func<CancellationToken, Task<bool>> isErased
    )
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(erase);
        ArgumentNullException.ThrowIfNull(isErased);
        try
        {
            await erase();
        }
        catch
        {
            // What stays on the list without having been done would be done at the next start.
            if (!await isErased(CancellationToken.None))
            {
                await list.WithdrawAsync(id, CancellationToken.None);
            }

            throw;
        }

        await list.MarkAppliedAsync(id, CancellationToken.None);
    }
}
