// What is far below is not worth drawing before anyone goes there.
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Whether the element has ever been in view, or within a screen of it. */
export function useSeen(place: RefObject<Element | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (place.current === null) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    }, { rootMargin: '100%' });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return isSeen;
}
