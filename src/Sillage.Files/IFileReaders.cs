using Sillage.Storage;

namespace Sillage.Files;

/// <summary>Says for a module who may read the files of it.</summary>
/// <typeparam name="TModule">The marker of the module's tables.</typeparam>
public interface IFileReaders<TModule>
{
    /// <summary>Whether an account may read what is attached to something, as of now. Its sender may, as long as nothing has it attached.</summary>
    /// <param name="reader">The module's data.</param>
    /// <param name="attachedTo">What the file belongs to.</param>
    /// <param name="account">Who asks; whether the account still counts has been looked at.</param>
    /// <param name="ct">Ends the wait.</param>
    Task<bool> MayReadAsync(IReader reader, Guid attachedTo, Guid account, CancellationToken ct);
}
